/**
 * What the mouse and the fingers mean on a picture, as numbers: drags and wheels come in, windows and views go out.
 *
 * Left drag is the chosen tool, right drag zooms, middle drag pans, the wheel goes through the images, with Ctrl it zooms. One finger scrolls,
 * two pan and zoom. Right makes the window wider, down raises its centre (the sense of other viewers).
 */

import { type CanvasSize, type PictureSize, zoomedAt } from "@/imaging/view";
import type { Point, View, Voi } from "@/model/images";
import type { ToolName } from "./slots";

/** A drag of this many pixels takes a window through the whole range of values. */
const RANGE_PIXELS = 1024;
/** Twice as large for each so many pixels upwards. */
const ZOOM_PIXELS = 120;
const WHEEL_ZOOM = 1.15;
const FINE = 0.25;
const WIDTH_MIN = 1;

/** The window after a drag. `range` is how far the picture's values reach; whole values move by one a pixel at least. */
export function draggedWindow(voi: Voi, by: Point, range: number, isFine = false): Voi {
  const least = range > WIDTH_MIN * 64 ? 1 : 0;
  const speed = Math.max(range / RANGE_PIXELS, least) * (isFine ? FINE : 1);
  const smallest = least ? WIDTH_MIN : range / RANGE_PIXELS;
  const { center, width } = voi;
  const formula = voi.function === "SIGMOID" ? "SIGMOID" : voi.function;
  return { center: center + by.y * speed, width: Math.max(width + by.x * speed, smallest), function: formula };
}

/** The view zoomed by a drag, about the point where the drag began. Up is larger. */
export function draggedZoom(view: View, size: PictureSize, canvas: CanvasSize, from: Point, dy: number): View {
  return zoomedAt(view, size, canvas, from, 2 ** (-dy / ZOOM_PIXELS));
}

export function wheelZoom(view: View, size: PictureSize, canvas: CanvasSize, at: Point, deltaY: number): View {
  return zoomedAt(view, size, canvas, at, deltaY < 0 ? WHEEL_ZOOM : 1 / WHEEL_ZOOM);
}

export function dragged(view: View, by: Point): View {
  return { ...view, pan: { x: view.pan.x + by.x, y: view.pan.y + by.y } };
}

/** Pixels of a drag for one image: a stroke over the cell goes through all of them. */
export function pixelsAnImage(height: number, images: number): number {
  return Math.max(2, height / Math.max(images, 8));
}

/** Two fingers from one position to the next: their middle moves the picture, their distance zooms it. */
export function pinched(
  view: View,
  size: PictureSize,
  canvas: CanvasSize,
  before: readonly [Point, Point],
  after: readonly [Point, Point],
): View {
  const middle = (pair: readonly [Point, Point]) => ({ x: (pair[0].x + pair[1].x) / 2, y: (pair[0].y + pair[1].y) / 2 });
  const apart = (pair: readonly [Point, Point]) => Math.hypot(pair[0].x - pair[1].x, pair[0].y - pair[1].y) || 1;
  const [from, to] = [middle(before), middle(after)];
  return dragged(zoomedAt(view, size, canvas, from, apart(after) / apart(before)), { x: to.x - from.x, y: to.y - from.y });
}

/** What a button does: the chosen tool for the left one, unless a key is held. Measuring tools are not the hand's. */
export function meaningOf(button: number, tool: ToolName, ctrlKey: boolean): ToolName | undefined {
  if (button === 2) return "zoom";
  if (button === 1) return "pan";
  if (button !== 0) return undefined;
  return ctrlKey ? "zoom" : tool;
}

/** A wheel's turn in whole images: a notch is one, a touch pad's small steps add up. */
export class WheelSteps {
  private rest = 0;

  take(event: { deltaY: number; deltaMode: number }): number {
    const NOTCH = 40;
    if (event.deltaMode !== 0 || Math.abs(event.deltaY) >= NOTCH) {
      this.rest = 0;
      return Math.sign(event.deltaY);
    }
    this.rest += event.deltaY;
    const steps = Math.trunc(this.rest / NOTCH);
    this.rest -= steps * NOTCH;
    return steps;
  }
}
