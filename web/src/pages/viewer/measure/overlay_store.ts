/**
 * Segmentations and structure sets of the open study: which there are, which are shown, and what has been read of them.
 *
 * The overlays of the archive come in; the parts of those that were switched on are fetched once, and can be switched one by one.
 */

import { create } from "zustand";
import { ask, get } from "@/api/http";
import type { OverlayWords, SegmentationWords, StructureSetWords } from "@/api/words";
import type { Part } from "./colours";
import { type Contours, contoursOf } from "./contours";
import { type Masks, masksOf } from "./masks";

export interface Overlay {
  readonly uid: string;
  readonly kind: OverlayWords["kind"];
  readonly label: string;
  readonly state: "off" | "busy" | "on" | "failed";
  readonly fault?: unknown;
  readonly parts: readonly Part[];
  readonly contours?: Contours;
  readonly masks?: Masks;
}

interface Overlays {
  readonly study: string;
  readonly all: readonly Overlay[];
  /** Keys of parts that are not shown. */
  readonly hidden: ReadonlySet<string>;
}

export const useOverlays = create<Overlays>(() => ({ study: "", all: [], hidden: new Set() }));

export function offered(study: string, found: readonly OverlayWords[]): void {
  const before = useOverlays.getState();
  const all = found.map(
    ({ sop_instance_uid: uid, kind, label }) =>
      (before.study === study && before.all.find((one) => one.uid === uid)) || {
        uid,
        kind,
        label,
        state: "off" as const,
        parts: [],
      },
  );
  useOverlays.setState({ study, all, hidden: before.study === study ? before.hidden : new Set() });
}

function put(uid: string, by: Partial<Overlay>): void {
  useOverlays.setState((now) => ({ all: now.all.map((one) => (one.uid === uid ? { ...one, ...by } : one)) }));
}

/** Show an overlay, or put it away; what was read stays. */
export function toggleOverlay(uid: string): void {
  const one = useOverlays.getState().all.find((each) => each.uid === uid);
  if (!one || one.state === "busy") return;
  if (one.state === "on" || one.parts.length > 0) {
    put(uid, { state: one.state === "on" ? "off" : "on" });
    return;
  }
  put(uid, { state: "busy" });
  read(one)
    .then((found) => put(uid, { ...found, state: "on" }))
    .catch((fault: unknown) => put(uid, { state: "failed", fault }));
}

export function togglePart(key: string): void {
  useOverlays.setState((now) => {
    const hidden = new Set(now.hidden);
    if (!hidden.delete(key)) hidden.add(key);
    return { hidden };
  });
}

async function read({ uid, kind }: Overlay): Promise<Partial<Overlay>> {
  const place = `/api/instances/${encodeURIComponent(uid)}`;
  if (kind === "structure set") {
    const words = await get<StructureSetWords>(`${place}/contours`);
    const contours = contoursOf(uid, words);
    return { contours, parts: contours.parts };
  }
  const words = await get<SegmentationWords>(`${place}/segments`);
  const bytes = await (await ask(words.pixels, { headers: { Accept: "application/octet-stream" } })).arrayBuffer();
  const masks = masksOf(uid, words, new Uint8Array(bytes));
  return { masks, parts: masks.parts };
}
