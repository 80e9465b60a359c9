/**
 * What has been measured in the open study: the measurements, the one in hand, the one that is being drawn, and the way back.
 *
 * Changes are functions of the state. Each that can be undone keeps what was before it. Nothing here knows pixels or a screen; readings
 * come from whoever sees the picture.
 */

import { create } from "zustand";
import type { Point } from "@/model/images";
import type { PictureSlot } from "../slots";
import type { Reading } from "./readings";
import type { ShapeKind, ToolKind } from "./shapes";

/** The picture that a measurement is on. A cut has no instance: what is measured there is not kept in the archive. */
export interface Place {
  readonly key: string;
  readonly stackId: string;
  readonly sopInstanceUid: string | undefined;
  /** From 1. */
  readonly frame: number;
}

export interface Measured {
  readonly id: string;
  readonly kind: ShapeKind;
  readonly place: Place;
  readonly points: readonly Point[];
  readonly reading: Reading;
  /** Who made it: empty for ours, which can be changed; else the maker of its report. */
  readonly maker: string;
  /** Its reading is what its report says; ours are read again as soon as their picture is seen. */
  readonly isFromReport?: boolean;
}

export interface Draft {
  readonly kind: ToolKind;
  readonly cell: number;
  readonly place: Place;
  readonly places: readonly Point[];
}

export interface Keeping {
  readonly state: "idle" | "busy" | "kept" | "failed";
  readonly fault?: unknown;
}

export interface Measuring {
  readonly study: string;
  readonly all: readonly Measured[];
  /** `all` as it was last kept in the archive, or read from there. */
  readonly kept: readonly Measured[];
  /** The reports that hold them now, which the next one replaces. */
  readonly reports: readonly string[];
  readonly past: readonly (readonly Measured[])[];
  readonly future: readonly (readonly Measured[])[];
  readonly selected: string | undefined;
  readonly pointed: string | undefined;
  /** The attribute that is pointed at in the header. */
  readonly pointedKeyword: string | undefined;
  readonly draft: Draft | undefined;
  readonly keeping: Keeping;
}

const START: Measuring = {
  study: "",
  all: [],
  kept: [],
  reports: [],
  past: [],
  future: [],
  selected: undefined,
  pointed: undefined,
  pointedKeyword: undefined,
  draft: undefined,
  keeping: { state: "idle" },
};

export const useMeasuring = create<Measuring>(() => START);

export function alter(by: (now: Measuring) => Partial<Measuring>): void {
  useMeasuring.setState(by);
}

const UNDO_MAX = 100;

/** Another list of measurements, which can be undone. */
function withAll(now: Measuring, all: readonly Measured[]): Partial<Measuring> {
  return { all, past: [...now.past, now.all].slice(-UNDO_MAX), future: [], keeping: { state: "idle" } };
}

/** Begin with a study: what was measured in another one is put away with it. */
export function openStudy(now: Measuring, study: string): Partial<Measuring> {
  return now.study === study ? {} : { ...START, study };
}

export function added(now: Measuring, one: Measured): Partial<Measuring> {
  return { ...withAll(now, [...now.all, one]), selected: one.id, draft: undefined };
}

export function removed(now: Measuring, id: string): Partial<Measuring> {
  const one = now.all.find((each) => each.id === id);
  if (!one || one.maker) return {};
  const all = now.all.filter((each) => each !== one);
  return { ...withAll(now, all), selected: undefined, pointed: undefined };
}

/** A measurement while it is moved: what stands before the first move is what undo goes back to. */
export function reshaped(
  now: Measuring,
  id: string,
  points: readonly Point[],
  reading: Reading,
  isFirst: boolean,
): Partial<Measuring> {
  const all = now.all.map((each) => (each.id === id ? { ...each, points, reading, isFromReport: false } : each));
  return isFirst ? withAll(now, all) : { all };
}

export function undone(now: Measuring): Partial<Measuring> {
  const before = now.past.at(-1);
  if (!before) return {};
  return {
    all: before,
    past: now.past.slice(0, -1),
    future: [now.all, ...now.future],
    draft: undefined,
    keeping: { state: "idle" },
  };
}

export function redone(now: Measuring): Partial<Measuring> {
  const [after, ...future] = now.future;
  return after ? { all: after, past: [...now.past, now.all], future, keeping: { state: "idle" } } : {};
}

/** What the archive holds: ours can be changed, others' are shown. What was changed or removed here since stays so. */
export function loaded(now: Measuring, all: readonly Measured[], reports: readonly string[]): Partial<Measuring> {
  const here = new Map(now.all.map((one) => [one.id, one]));
  const wasKept = new Set(now.kept.map((one) => one.id));
  const known = all.filter((one) => here.has(one.id) || !wasKept.has(one.id));
  const found = known.map((one) => (one.maker ? one : (here.get(one.id) ?? one)));
  const drawn = now.all.filter((one) => !one.maker && !all.some((each) => each.id === one.id));
  return { all: [...found, ...drawn], kept: all, reports, past: [], future: [] };
}

/** The readings of ours that came from a report, now that their picture is seen. */
export function readAgain(now: Measuring, read: (one: Measured) => Reading | undefined): Partial<Measuring> {
  const all = now.all.map((one) => {
    const reading = one.isFromReport && !one.maker ? read(one) : undefined;
    return reading ? { ...one, reading, isFromReport: false } : one;
  });
  return { all };
}

/** Those that can be kept: ours, on an image. */
export const ours = (all: readonly Measured[]): readonly Measured[] =>
  all.filter((one) => !one.maker && one.place.sopInstanceUid !== undefined && one.kind !== "outline");

/** Whether anything would be different in the archive. */
export function isUnkept(now: Measuring): boolean {
  const before = ours(now.kept);
  const after = ours(now.all);
  return before.length !== after.length || after.some((one, index) => !isSame(before[index], one));
}

/** A report keeps places as numbers of 32 bits. */
const SAME_PLACE = 1e-2;

function isSame(before: Measured | undefined, after: Measured): boolean {
  if (before?.id !== after.id) return false;
  return after.points.every(({ x, y }, index) => {
    const point = before.points[index];
    return point !== undefined && Math.abs(point.x - x) < SAME_PLACE && Math.abs(point.y - y) < SAME_PLACE;
  });
}

/** The place of a picture in the patient that measurements belong to. */
export function placeOf(picture: PictureSlot): Place {
  const { frame, stack, plane, cut } = picture;
  if (frame) {
    return placeOfFrame(stack.id, frame.sopInstanceUid, frame.frame);
  }
  const depth = plane ? plane.position.reduce((sum, part, axis) => sum + part * (plane.normal[axis] ?? 0), 0) : 0;
  return { key: `${stack.id} ${cut} ${depth.toFixed(2)}`, stackId: stack.id, sopInstanceUid: undefined, frame: 1 };
}

export function placeOfFrame(stackId: string, sopInstanceUid: string, frame: number): Place {
  return { key: `${sopInstanceUid}/${frame}`, stackId, sopInstanceUid, frame };
}

/** A new UID from a random UUID (PS3.5 B.2). */
export function newUid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  let number = 0n;
  for (const byte of bytes) number = number * 256n + BigInt(byte);
  return `2.25.${number}`;
}
