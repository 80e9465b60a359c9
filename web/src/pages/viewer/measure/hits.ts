/**
 * Which shape of a picture a pointer is on, and by which handle.
 *
 * A picture and a place of the screen come in; the shape goes out, with -1 for the shape itself. The one that is selected comes first, then
 * the latest.
 */

import type { Point } from "@/model/images";
import type { PictureSlot } from "../slots";
import { handlesOf, linesOf, nearestOn } from "./shapes";
import { type Measured, placeOf, useMeasuring } from "./store";

export interface Hit {
  readonly one: Measured;
  readonly handle: number;
}

const REACH = 7;
const FINGER = 20;

/** The measurements on a picture, in the order in which they were made. */
export function measuredOn(picture: PictureSlot, all: readonly Measured[]): readonly Measured[] {
  const { key } = placeOf(picture);
  return all.filter((one) => one.place.key === key);
}

export function hitAt(picture: PictureSlot, at: Point, isTouch: boolean): Hit | undefined {
  const now = useMeasuring.getState();
  const here = [...measuredOn(picture, now.all)].reverse();
  const ordered = here.sort((a, b) => Number(b.id === now.selected) - Number(a.id === now.selected));
  const reach = isTouch ? FINGER : REACH;
  for (const one of ordered) {
    const handles = one.maker ? [] : handlesOf(one.kind, one.points).map(picture.toScreen);
    const handle = handles.findIndex(({ x, y }) => Math.hypot(x - at.x, y - at.y) <= reach);
    if (handle >= 0) return { one, handle };
    const lines = linesOf(one.kind, one.points).map((line) => line.map(picture.toScreen));
    if (lines.some((line) => nearestOn(line, at).distance <= reach)) return { one, handle: -1 };
  }
  return undefined;
}
