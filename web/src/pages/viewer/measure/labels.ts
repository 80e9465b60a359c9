/**
 * Where the words of a measurement stand: outside of the anatomy, near their shape, beside no other words.
 *
 * A picture of what is bright on the screen, the shape and the size of the words come in; the corner of their box goes out. The same input
 * gives the same place, so that words do not jump.
 */

import type { Point } from "@/model/images";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How bright the screen is, in squares, summed from the top left, so that the light in any box is four look-ups. */
export interface Light {
  readonly square: number;
  readonly columns: number;
  readonly rows: number;
  readonly sums: Float64Array;
}

export const SQUARE = 8;

/** `brightness` tells 0 to 1 for a place of the screen. */
export function lightOf(width: number, height: number, brightness: (place: Point) => number): Light {
  const columns = Math.ceil(width / SQUARE);
  const rows = Math.ceil(height / SQUARE);
  const sums = new Float64Array((columns + 1) * (rows + 1));
  for (let row = 0; row < rows; row++) {
    let line = 0;
    for (let column = 0; column < columns; column++) {
      line += brightness({ x: (column + 0.5) * SQUARE, y: (row + 0.5) * SQUARE });
      sums[(row + 1) * (columns + 1) + column + 1] = (sums[row * (columns + 1) + column + 1] ?? 0) + line;
    }
  }
  return { square: SQUARE, columns, rows, sums };
}

/** The mean light in a box, 0 to 1. */
export function lightIn(light: Light, box: Box): number {
  const clamp = (value: number, most: number): number => Math.min(Math.max(value, 0), most);
  const left = clamp(Math.floor(box.x / light.square), light.columns);
  const right = clamp(Math.ceil((box.x + box.width) / light.square), light.columns);
  const top = clamp(Math.floor(box.y / light.square), light.rows);
  const bottom = clamp(Math.ceil((box.y + box.height) / light.square), light.rows);
  const count = (right - left) * (bottom - top);
  if (count <= 0) return 0;
  const at = (row: number, column: number): number => light.sums[row * (light.columns + 1) + column] ?? 0;
  return (at(bottom, right) - at(top, right) - at(bottom, left) + at(top, left)) / count;
}

const MARGIN = 12;
const STEP = 8;
/** What bright pixels and other words cost, in pixels of a longer way. */
const LIGHT_COST = 1600;
const WORDS_COST = 4000;
const SHAPE_COST = 3000;
/** Words stand at least so far from their shape. */
const NEAR = 12;

/** Words stay where they are while another place is not better by so much. */
const STAY = 160;

/**
 * The best corner for a box of that size. `avoid` are words that stand already, `shape` the line that is measured, `before` is where the words
 * stood last.
 */
export function placeLabel(
  size: { readonly width: number; readonly height: number },
  cell: { readonly width: number; readonly height: number },
  shape: readonly Point[],
  avoid: readonly Box[],
  light: Light | undefined,
  before?: Point,
): Point {
  const corners = thinned(shape);
  const costAt = ({ x, y }: Point): number => {
    const box = { x, y, ...size };
    const away = distanceTo(box, corners);
    const shapeCost = away < NEAR ? SHAPE_COST : 0;
    const wordsCost = avoid.some((other) => overlap(grown(box), other)) ? WORDS_COST : 0;
    return away + shapeCost + wordsCost + (light ? lightIn(light, grown(box)) * LIGHT_COST : 0);
  };
  let best: Point = { x: MARGIN, y: MARGIN };
  let least = Number.POSITIVE_INFINITY;
  for (let y = MARGIN; y <= cell.height - size.height - MARGIN; y += STEP) {
    for (let x = MARGIN; x <= cell.width - size.width - MARGIN; x += STEP) {
      const cost = costAt({ x, y });
      if (cost < least) {
        least = cost;
        best = { x, y };
      }
    }
  }
  const fits = before && before.x <= cell.width - size.width - MARGIN && before.y <= cell.height - size.height - MARGIN;
  return before && fits && costAt(before) <= least + STAY ? before : best;
}

const CORNERS_MAX = 12;

/** Enough points of a line to tell how far a box is from it. */
function thinned(shape: readonly Point[]): readonly Point[] {
  const each = Math.ceil(shape.length / CORNERS_MAX);
  return shape.filter((_, index) => index % each === 0 || index === shape.length - 1);
}

const grown = ({ x, y, width, height }: Box): Box => ({ x: x - 4, y: y - 4, width: width + 8, height: height + 8 });

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** How far a box is from the nearest of some places; 0 where one lies inside. */
function distanceTo(box: Box, places: readonly Point[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const place of places) {
    const dx = Math.max(box.x - place.x, 0, place.x - box.x - box.width);
    const dy = Math.max(box.y - place.y, 0, place.y - box.y - box.height);
    least = Math.min(least, Math.hypot(dx, dy));
  }
  return least;
}

/** The point of a box's edge that a leader from a place ends at. */
export function nearestEdge(box: Box, place: Point): Point {
  return {
    x: Math.min(Math.max(place.x, box.x), box.x + box.width),
    y: Math.min(Math.max(place.y, box.y), box.y + box.height),
  };
}

/** Where the corner texts, the letters and the scale of a cell stand. */
export function cornersOf({ width, height }: { readonly width: number; readonly height: number }): readonly Box[] {
  const half = Math.min(width / 2 - 40, 190);
  return [
    { x: 0, y: 0, width: half, height: 44 },
    { x: width - half, y: 0, width: half, height: 44 },
    { x: 0, y: height - 44, width: half, height: 44 },
    { x: width - half, y: height - 44, width: half, height: 44 },
    { x: width / 2 - 16, y: 0, width: 32, height: 28 },
    { x: width / 2 - 16, y: height - 28, width: 32, height: 28 },
    { x: 0, y: height * 0.25, width: 48, height: height * 0.5 },
    { x: width - 40, y: height / 2 - 14, width: 40, height: 28 },
  ];
}
