/**
 * Where an image lies in the patient, and what follows from it (PS3.3 C.7.6.2.1.1): points, directions, letters, cuts of two planes.
 *
 * Millimetres in the patient's LPS coordinates come in and go out. A pixel's place (column, row) counts from 0 and a whole number is
 * a pixel's centre, so that an image reaches from -0.5 to columns - 0.5. Nothing here knows a canvas.
 */

import type { ImageFrame, Plane, Point, Vector } from "../model/images";

/** An image's pixels in the patient: where they lie, how far apart, and how many they are. */
export interface ImagePlane extends Plane {
  /** Millimetres between the centres of rows. */
  readonly rowSpacing: number;
  /** Millimetres between the centres of columns. */
  readonly columnSpacing: number;
  readonly rows: number;
  readonly columns: number;
  readonly frameOfReferenceUid: string;
}

export const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const plus = (a: Vector, b: Vector): Vector => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const times = (a: Vector, factor: number): Vector => [a[0] * factor, a[1] * factor, a[2] * factor];
export const length = (a: Vector): number => Math.hypot(a[0], a[1], a[2]);
export const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
export const unit = (a: Vector): Vector => times(a, 1 / (length(a) || 1));

/** How far the written directions may be from length 1 and from a right angle: their text is rounded. */
const DIRECTION_ERROR = 1e-3;
/** A direction's component below this gets no letter. */
const LETTER_MIN = 0.2;
const LETTERS_MAX = 3;

/** The two directions of Image Orientation (Patient), brought to length 1; undefined where they are no pair of directions. */
export function orientation(values: readonly number[]): readonly [Vector, Vector] | undefined {
  const [a, b, c, d, e, f] = values;
  if (a === undefined || b === undefined || c === undefined || d === undefined || e === undefined || f === undefined) {
    return undefined;
  }
  const row: Vector = [a, b, c];
  const column: Vector = [d, e, f];
  const errors = [length(row) - 1, length(column) - 1, dot(row, column)];
  return errors.every((error) => Math.abs(error) <= DIRECTION_ERROR) ? [unit(row), unit(column)] : undefined;
}

/** Where a frame lies in the patient; undefined where its attributes do not say it, or not how far its pixels are apart. */
export function imagePlaneOf(frame: ImageFrame): ImagePlane | undefined {
  if (!frame.plane || !frame.spacing) return undefined;
  const [rowSpacing, columnSpacing] = frame.spacing;
  const { rows, columns, frameOfReferenceUid } = frame;
  return { ...frame.plane, rowSpacing, columnSpacing, rows, columns, frameOfReferenceUid };
}

/** The largest difference of a component of the two planes' directions. */
export function directionDifference(a: Plane, b: Plane): number {
  let largest = 0;
  for (const [one, other] of [
    [a.across, b.across],
    [a.down, b.down],
  ] as const) {
    for (const axis of [0, 1, 2] as const) largest = Math.max(largest, Math.abs(one[axis] - other[axis]));
  }
  return largest;
}

/** The point of the patient at a pixel. */
export function pointAt(plane: ImagePlane, column: number, row: number): Vector {
  const along = times(plane.across, column * plane.columnSpacing);
  return plus(plus(plane.position, along), times(plane.down, row * plane.rowSpacing));
}

/** The pixel that lies nearest to a point of the patient, and how far the point is in front of the plane, in millimetres. */
export function pixelAt(plane: ImagePlane, point: Vector): { column: number; row: number; distance: number } {
  const offset = minus(point, plane.position);
  return {
    column: dot(offset, plane.across) / plane.columnSpacing,
    row: dot(offset, plane.down) / plane.rowSpacing,
    distance: dot(offset, plane.normal),
  };
}

/** The corners of the outermost pixels, clockwise on an image that is not mirrored. */
export function cornersOf(plane: ImagePlane): readonly [Vector, Vector, Vector, Vector] {
  const right = plane.columns - 0.5;
  const bottom = plane.rows - 0.5;
  return [pointAt(plane, -0.5, -0.5), pointAt(plane, right, -0.5), pointAt(plane, right, bottom), pointAt(plane, -0.5, bottom)];
}

/**
 * Where the image `source` cuts the image `target`, in pixels of `target`, clipped to it; null where they do not meet, are parallel,
 * or are of different frames of reference.
 */
export function referenceLine(source: ImagePlane, target: ImagePlane): readonly [Point, Point] | null {
  if (!source.frameOfReferenceUid || source.frameOfReferenceUid !== target.frameOfReferenceUid) return null;
  const corners = cornersOf(source);
  const sides = corners.map((corner) => dot(minus(corner, target.position), target.normal));
  const found: Point[] = [];
  corners.forEach((corner, index) => {
    const next = (index + 1) % corners.length;
    const to = corners[next];
    const here = sides[index];
    const there = sides[next];
    if (to === undefined || here === undefined || there === undefined || here * there >= 0) return;
    const { column, row } = pixelAt(target, plus(corner, times(minus(to, corner), here / (here - there))));
    found.push({ x: column, y: row });
  });
  const [from, to] = found;
  return from && to && found.length === 2 ? clipped(from, to, target) : null;
}

/** The part of a line that lies on the image (Liang and Barsky's way), null where none does. */
function clipped(from: Point, to: Point, plane: ImagePlane): readonly [Point, Point] | null {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  let start = 0;
  let end = 1;
  const edges = [
    [-dx, from.x + 0.5],
    [dx, plane.columns - 0.5 - from.x],
    [-dy, from.y + 0.5],
    [dy, plane.rows - 0.5 - from.y],
  ] as const;
  for (const [towards, room] of edges) {
    if (towards === 0 && room < 0) return null;
    if (towards < 0) start = Math.max(start, room / towards);
    if (towards > 0) end = Math.min(end, room / towards);
  }
  if (start > end) return null;
  const at = (part: number): Point => ({ x: from.x + part * dx, y: from.y + part * dy });
  return [at(start), at(end)];
}

/** The letters of a direction, the strongest first (PS3.3 C.7.6.1.1.1): L R along x, P A along y, H F along z. */
export function lettersOf(direction: Vector): string {
  const [x, y, z] = direction;
  const sides = [
    { size: Math.abs(x), letter: x > 0 ? "L" : "R" },
    { size: Math.abs(y), letter: y > 0 ? "P" : "A" },
    { size: Math.abs(z), letter: z > 0 ? "H" : "F" },
  ];
  return sides
    .filter(({ size }) => size >= LETTER_MIN)
    .sort((a, b) => b.size - a.size)
    .slice(0, LETTERS_MAX)
    .map(({ letter }) => letter)
    .join("");
}

const OPPOSITE: Readonly<Record<string, string>> = { A: "P", P: "A", L: "R", R: "L", H: "F", F: "H" };

/** The letters of the opposite direction; empty where one of them has no opposite. */
export function oppositeLetters(letters: string): string {
  const swapped = [...letters].map((letter) => OPPOSITE[letter]);
  return swapped.includes(undefined) ? "" : swapped.join("");
}

/** What an image plane is called by its normal: one of the three, or oblique. */
export function planeName(normal: Vector): "sagittal" | "coronal" | "axial" | "oblique" {
  const index = normal.findIndex((component) => Math.abs(component) >= 0.8);
  return (["sagittal", "coronal", "axial"] as const)[index] ?? "oblique";
}
