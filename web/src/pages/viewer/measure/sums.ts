/**
 * The numbers of a shape: lengths, angles, areas.
 *
 * Points of a picture and the size of its pixels come in; numbers go out in the unit of that size. An angle needs only how much higher than
 * wide a pixel is.
 */

import type { Point } from "@/model/images";
import { ellipseOf, type ShapeKind } from "./shapes";

/** How far one column and one row are. */
export interface PixelSize {
  readonly row: number;
  readonly column: number;
}

export function distance(from: Point, to: Point, { row, column }: PixelSize): number {
  return Math.hypot((to.x - from.x) * column, (to.y - from.y) * row);
}

const DEGREES = 180 / Math.PI;

function turnBetween(a: Point, b: Point): number {
  const lengths = Math.hypot(a.x, a.y) * Math.hypot(b.x, b.y);
  return lengths === 0 ? 0 : Math.acos(Math.min(Math.max((a.x * b.x + a.y * b.y) / lengths, -1), 1)) * DEGREES;
}

/** From one place to another where a pixel is so much higher than wide. */
const step = (from: Point, to: Point, aspect: number): Point => ({ x: to.x - from.x, y: (to.y - from.y) * aspect });

/** The angle at the second of three points, 0 to 180 degrees. */
export function angle(points: readonly Point[], aspect: number): number {
  const [a, vertex, b] = points;
  return a && vertex && b ? turnBetween(step(vertex, a, aspect), step(vertex, b, aspect)) : 0;
}

/** The angle between two lines, whichever way they were drawn, 0 to 90 degrees. */
export function cobb(points: readonly Point[], aspect: number): number {
  const [a, b, c, d] = points;
  if (!a || !b || !c || !d) return 0;
  const between = turnBetween(step(a, b, aspect), step(c, d, aspect));
  return Math.min(between, 180 - between);
}

/** The area inside the shape itself, not of the pixels in it. */
export function area(kind: ShapeKind, points: readonly Point[], { row, column }: PixelSize): number {
  const [a, c] = points;
  if (kind === "rectangle" && a && c) return Math.abs((c.x - a.x) * column * (c.y - a.y) * row);
  const ellipse = kind === "ellipse" ? ellipseOf(points) : undefined;
  if (!ellipse) return 0;
  const { first, second } = ellipse;
  return Math.PI * Math.abs(first.x * second.y - first.y * second.x) * row * column;
}
