/** Moving through a study: images of a stack, cuts of a volume, the crosshair that ties them. Indexes count from 0. */

import { pixelAt, pointAt } from "@/imaging/geometry";
import type { Point, Stack } from "@/model/images";
import { showImage } from "./cells";
import { type Box, boxOf, cutPlace, moveCrosshair, scrollCut } from "./cutting";
import { type Change, change, stackOf, useViewer, type Viewer } from "./state";

const boxes = new WeakMap<Stack, Box>();

/** The box of a stack, computed once. */
export function boxFor(stack: Stack): Box | undefined {
  const known = boxes.get(stack);
  if (known) return known;
  const box = boxOf(stack);
  if (box) boxes.set(stack, box);
  return box;
}

/** Which image or cut a cell shows, of how many. */
export function placeIn(now: Viewer, place: number): { index: number; count: number } {
  const cell = now.cells[place];
  const stack = cell && stackOf(now, cell);
  if (!cell || !stack) return { index: 0, count: 0 };
  if (cell.cut === "acquired") return { index: cell.index, count: stack.frames.length };
  const box = boxFor(stack);
  return box && now.crosshair ? cutPlace(box, cell.cut, now.crosshair.at) : { index: 0, count: 0 };
}

export function scrollTo(now: Viewer, place: number, index: number): Change {
  const cell = now.cells[place];
  const stack = cell && stackOf(now, cell);
  if (!cell || !stack) return {};
  if (cell.cut === "acquired") return showImage(now, place, index);
  const box = boxFor(stack);
  return box ? scrollCut(now, place, box, index) : {};
}

export function scrollBy(now: Viewer, place: number, by: number): Change {
  return scrollTo(now, place, placeIn(now, place).index + by);
}

/** Scroll the active cell by so many images, or to an end. */
export function scrollActive(by: number | "first" | "last"): void {
  change((now) => {
    const { index, count } = placeIn(now, now.active);
    const wanted = by === "first" ? 0 : by === "last" ? count - 1 : index + by;
    return scrollTo(now, now.active, wanted);
  });
}

/** The crosshair at a place of a cell, in its CSS pixels; `only` keeps the other direction as it is. */
export function putCrosshair(place: number, at: Point, only?: "across" | "down"): void {
  const now = useViewer.getState();
  const slot = now.shown.get(place);
  if (!now.crosshairOn || !slot?.plane) return;
  const { plane } = slot;
  const wanted = slot.toPicture(at);
  const before = now.crosshair && pixelAt(plane, now.crosshair.at);
  const column = only === "down" && before ? before.column : wanted.x;
  const row = only === "across" && before ? before.row : wanted.y;
  change((latest) => moveCrosshair(latest, plane.frameOfReferenceUid, pointAt(plane, column, row), place));
}
