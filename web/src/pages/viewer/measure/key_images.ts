/**
 * Key images: those that were marked here and kept, and what other selections say of an image.
 *
 * The selections of the archive come in; the star of a picture goes out and can be set. A change is kept at once, as a new selection that
 * stands for the one before; one without images cannot be kept, so the last star stays.
 */

import { create } from "zustand";
import { change } from "@/api/http";
import type { DocumentKept, SelectionWords } from "@/api/words";
import type { PictureSlot } from "../slots";
import { activeSlot, useViewer } from "../state";

export interface KeyImages {
  readonly study: string;
  /** "uid" for a whole instance, "uid/frame" for a frame of many. */
  readonly ours: ReadonlySet<string>;
  /** The titles under which others chose an image. */
  readonly others: ReadonlyMap<string, readonly string[]>;
  readonly busy: boolean;
  readonly fault: unknown;
}

const OF_INTEREST = "113000";
const START: KeyImages = { study: "", ours: new Set(), others: new Map(), busy: false, fault: undefined };

export const useKeyImages = create<KeyImages>(() => START);

export function keyImagesFrom(study: string, selections: readonly SelectionWords[]): void {
  const ours = new Set<string>();
  const others = new Map<string, string[]>();
  for (const selection of selections) {
    for (const image of selection.images) {
      const names =
        image.frames.length > 0 ? image.frames.map((frame) => `${image.sop_instance_uid}/${frame}`) : [image.sop_instance_uid];
      for (const name of names) {
        if (selection.own && selection.code === OF_INTEREST) ours.add(name);
        else others.set(name, [...(others.get(name) ?? []), selection.title]);
      }
    }
  }
  useKeyImages.setState((now) => ({ study, ours, others, fault: undefined, busy: now.study === study && now.busy }));
}

/** How an image is named here. */
export function nameOf(picture: PictureSlot): string | undefined {
  const { frame } = picture;
  if (!frame) return undefined;
  return frame.frameCount > 1 ? `${frame.sopInstanceUid}/${frame.frame}` : frame.sopInstanceUid;
}

const activePicture = (): PictureSlot | undefined => activeSlot(useViewer.getState());

/** Whether the active picture is one; for the tool bar. */
export function isKeyImage(): boolean {
  const picture = activePicture();
  const name = picture && nameOf(picture);
  return name !== undefined && useKeyImages.getState().ours.has(name);
}

/** Why it cannot be marked now; empty where it can. */
export function keyRefusal(): string {
  const picture = activePicture();
  const name = picture && nameOf(picture);
  if (!name) return "A cut is not an image of the archive: choose the images as acquired.";
  const { ours, busy, study } = useKeyImages.getState();
  // a selection replaces the one before it: without knowing that one, its images would be lost
  if (study !== useViewer.getState().study) return "What was marked in this study before has not been read yet.";
  if (busy) return "The last mark is being kept.";
  return ours.size === 1 && ours.has(name) ? "It is the only key image, and a selection without images cannot be kept." : "";
}

/** Mark the active picture, or take the mark away; kept in the archive at once. */
export function toggleKeyImage(): void {
  const picture = activePicture();
  const name = picture && nameOf(picture);
  if (!name || keyRefusal()) return;
  const before = useKeyImages.getState();
  const after = new Set(before.ours);
  if (!after.delete(name)) after.add(name);
  useKeyImages.setState({ ours: after, busy: true, fault: undefined });
  change<DocumentKept>("POST", "/api/key-images", { images: imagesOf(after), title: OF_INTEREST })
    .then(() => settled(before.study, {}))
    .catch((fault: unknown) => settled(before.study, { ours: before.ours, fault }));
}

/** The answer came; where another study is open by now, it is none of its. */
function settled(study: string, more: Partial<KeyImages>): void {
  if (useKeyImages.getState().study === study) useKeyImages.setState({ ...more, busy: false });
}

function imagesOf(
  names: ReadonlySet<string>,
): readonly { readonly sop_instance_uid: string; readonly frames: readonly number[] }[] {
  const frames = new Map<string, number[]>();
  for (const name of names) {
    const [uid = "", frame] = name.split("/");
    const of = frames.get(uid) ?? [];
    if (frame !== undefined) of.push(Number(frame));
    frames.set(uid, of);
  }
  return [...frames].map(([sop_instance_uid, numbers]) => ({ sop_instance_uid, frames: numbers.sort((a, b) => a - b) }));
}
