/**
 * What the pixels inside a shape say: how many, mean, deviation, extremes; and the value of one place.
 *
 * Pixels and a shape come in, numbers go out. A pixel belongs where its centre lies inside or on the border; padding never does. Values are
 * those after the modality LUT, times a factor (uptake, dose). The deviation is that of the pixels themselves (divided by n).
 */

import { modalityValue } from "@/imaging/modality";
import type { GreyPixels, Pixels, Point } from "@/model/images";
import { ellipseOf, type ShapeKind } from "./shapes";

export interface Statistics {
  readonly count: number;
  readonly mean: number;
  readonly deviation: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** A border that runs through pixel centres holds them, whatever the last digit of a number says. */
const ON_THE_BORDER = 1e-9;

/** The statistics of a rectangle or an ellipse; undefined where no pixel with a value lies inside. */
export function statistics(pixels: GreyPixels, kind: ShapeKind, points: readonly Point[], factor = 1): Statistics | undefined {
  const left = Math.max(Math.ceil(Math.min(...points.map(({ x }) => x)) - ON_THE_BORDER), 0);
  const right = Math.min(Math.floor(Math.max(...points.map(({ x }) => x)) + ON_THE_BORDER), pixels.columns - 1);
  const top = Math.max(Math.ceil(Math.min(...points.map(({ y }) => y)) - ON_THE_BORDER), 0);
  const bottom = Math.min(Math.floor(Math.max(...points.map(({ y }) => y)) + ON_THE_BORDER), pixels.rows - 1);
  const inside = kind === "ellipse" ? insideEllipse(points) : () => true;
  let [count, mean, squares] = [0, 0, 0];
  let [minimum, maximum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      if (!inside(column, row)) continue;
      const value = valueAt(pixels, column, row);
      if (value === undefined) continue;
      count++;
      const before = value - mean;
      mean += before / count;
      squares += before * (value - mean);
      if (value < minimum) minimum = value;
      if (value > maximum) maximum = value;
    }
  }
  if (count === 0) return undefined;
  const deviation = Math.sqrt(squares / count);
  return { count, mean: mean * factor, deviation: deviation * factor, minimum: minimum * factor, maximum: maximum * factor };
}

function insideEllipse(points: readonly Point[]): (x: number, y: number) => boolean {
  const ellipse = ellipseOf(points);
  if (!ellipse) return () => false;
  const { centre, first, second } = ellipse;
  const a = first.x * first.x + first.y * first.y;
  const b = second.x * second.x + second.y * second.y;
  if (a === 0 || b === 0) return () => false;
  return (x, y) => {
    const [dx, dy] = [x - centre.x, y - centre.y];
    const along = (dx * first.x + dy * first.y) / a;
    const across = (dx * second.x + dy * second.y) / b;
    return along * along + across * across <= 1 + ON_THE_BORDER;
  };
}

/** The value of a pixel after the modality LUT; undefined for padding and outside of the picture. */
export function valueAt(pixels: GreyPixels, column: number, row: number): number | undefined {
  if (column < 0 || row < 0 || column >= pixels.columns || row >= pixels.rows) return undefined;
  const stored = pixels.stored[row * pixels.columns + column];
  if (stored === undefined || Number.isNaN(stored)) return undefined;
  const { padding } = pixels;
  if (padding && stored >= padding[0] && stored <= padding[1]) return undefined;
  return modalityValue(pixels, stored);
}

/** The nearest pixel of a place. */
export const nearestPixel = ({ x, y }: Point): Point => ({ x: Math.round(x), y: Math.round(y) });

/** Red, green and blue of the nearest pixel of a colour picture. */
export function colourAt(pixels: Pixels, place: Point): readonly [number, number, number] | undefined {
  const { x, y } = nearestPixel(place);
  if (pixels.kind !== "colour" || x < 0 || y < 0 || x >= pixels.columns || y >= pixels.rows) return undefined;
  const at = 4 * (y * pixels.columns + x);
  return [pixels.rgba[at] ?? 0, pixels.rgba[at + 1] ?? 0, pixels.rgba[at + 2] ?? 0];
}
