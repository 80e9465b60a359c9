/**
 * The shapes that are drawn on a picture, as points of the picture: how they are begun, where they can be held, how they change.
 *
 * Points and places come in, points go out. Places count from 0 with whole numbers at pixel centres. Nothing here knows a screen, a unit
 * or a value.
 */

import type { Point } from "@/model/images";

export type ToolKind = "length" | "angle" | "cobb" | "ellipse" | "rectangle" | "probe";
/** An outline was drawn by another program, and is only shown. */
export type ShapeKind = ToolKind | "outline";

/** How many places somebody points at to draw one. */
export const PLACES: Readonly<Record<ToolKind, number>> = { length: 2, angle: 3, cobb: 4, ellipse: 2, rectangle: 2, probe: 1 };

export const NAMES: Readonly<Record<ShapeKind, string>> = {
  length: "Length",
  angle: "Angle",
  cobb: "Cobb angle",
  ellipse: "Ellipse",
  rectangle: "Rectangle",
  probe: "Probe",
  outline: "Outline",
};

/** The points that are kept of the places that were pointed at: of an ellipse both ends of each axis, else the places. */
export function shapeOf(kind: ToolKind, places: readonly Point[]): readonly Point[] {
  const [first, last] = places;
  if (kind !== "ellipse" || !first || !last) return places;
  const x = (first.x + last.x) / 2;
  const y = (first.y + last.y) / 2;
  return [
    { x: Math.min(first.x, last.x), y },
    { x: Math.max(first.x, last.x), y },
    { x, y: Math.min(first.y, last.y) },
    { x, y: Math.max(first.y, last.y) },
  ];
}

export function moved(points: readonly Point[], by: Point): readonly Point[] {
  return points.map(({ x, y }) => ({ x: x + by.x, y: y + by.y }));
}

/** Where a shape can be held: its points, and of a rectangle all four corners. */
export function handlesOf(kind: ShapeKind, points: readonly Point[]): readonly Point[] {
  const [a, c] = points;
  if (kind === "outline") return [];
  if (kind !== "rectangle" || !a || !c) return points;
  return [a, { x: c.x, y: a.y }, c, { x: a.x, y: c.y }];
}

/** The shape after one of its handles was put somewhere else. */
export function withHandle(kind: ShapeKind, points: readonly Point[], handle: number, to: Point): readonly Point[] {
  if (kind === "rectangle") return rectangleWith(points, handle, to);
  if (kind === "ellipse") return ellipseWith(points, handle, to);
  return points.map((point, index) => (index === handle ? to : point));
}

function rectangleWith(points: readonly Point[], handle: number, to: Point): readonly Point[] {
  const [a, c] = points;
  if (!a || !c) return points;
  switch (handle) {
    case 0:
      return [to, c];
    case 1:
      return [
        { x: a.x, y: to.y },
        { x: to.x, y: c.y },
      ];
    case 2:
      return [a, to];
    default:
      return [
        { x: to.x, y: a.y },
        { x: c.x, y: to.y },
      ];
  }
}

/** An end of an axis moves along its axis; the other three follow, the middle between the ends. */
function ellipseWith(points: readonly Point[], handle: number, to: Point): readonly Point[] {
  const kept = points[handle ^ 1];
  const [left, right, top, bottom] = points;
  if (!kept || !left || !right || !top || !bottom) return points;
  const axes = ellipseOf(points);
  if (!axes) return points;
  const along = handle < 2 ? axes.first : axes.second;
  const length = Math.hypot(along.x, along.y) || 1;
  const unit = { x: along.x / length, y: along.y / length };
  const reach = (to.x - kept.x) * unit.x + (to.y - kept.y) * unit.y;
  const end = { x: kept.x + unit.x * reach, y: kept.y + unit.y * reach };
  const centre = { x: (kept.x + end.x) / 2, y: (kept.y + end.y) / 2 };
  const by = { x: centre.x - axes.centre.x, y: centre.y - axes.centre.y };
  const others = moved(points, by);
  return others.map((point, index) => (index === handle ? end : index === (handle ^ 1) ? kept : point));
}

/** An ellipse by its middle and its half axes. */
export interface Ellipse {
  readonly centre: Point;
  readonly first: Point;
  readonly second: Point;
}

export function ellipseOf(points: readonly Point[]): Ellipse | undefined {
  const [a, b, c, d] = points;
  if (!a || !b || !c || !d) return undefined;
  return {
    centre: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
    first: { x: (b.x - a.x) / 2, y: (b.y - a.y) / 2 },
    second: { x: (d.x - c.x) / 2, y: (d.y - c.y) / 2 },
  };
}

const CORNERS = 72;

/** The line of a shape as places of the picture, to be drawn and to be pointed at; several where it is in pieces. */
export function linesOf(kind: ShapeKind, points: readonly Point[]): readonly (readonly Point[])[] {
  const [a, b, c, d] = points;
  if (!a) return [];
  if (kind === "rectangle") {
    const corners = handlesOf(kind, points);
    return [[...corners, a]];
  }
  if (kind === "ellipse") {
    const ellipse = ellipseOf(points);
    return ellipse ? [ellipseLine(ellipse)] : [points];
  }
  if (kind === "cobb" && b && c && d)
    return [
      [a, b],
      [c, d],
    ];
  return [points];
}

function ellipseLine({ centre, first, second }: Ellipse): readonly Point[] {
  return Array.from({ length: CORNERS + 1 }, (_, corner) => {
    const turn = (2 * Math.PI * corner) / CORNERS;
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    return { x: centre.x + cos * first.x + sin * second.x, y: centre.y + cos * first.y + sin * second.y };
  });
}

/** How far a place is from a line of places, and the place of the line that is nearest. */
export function nearestOn(line: readonly Point[], place: Point): { readonly at: Point; readonly distance: number } {
  let best = { at: line[0] ?? place, distance: Number.POSITIVE_INFINITY };
  for (let index = 0; index < Math.max(line.length - 1, 1); index++) {
    const from = line[index];
    const to = line[index + 1] ?? from;
    if (!from || !to) continue;
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const part = Math.min(Math.max(((place.x - from.x) * dx + (place.y - from.y) * dy) / (dx * dx + dy * dy || 1), 0), 1);
    const at = { x: from.x + part * dx, y: from.y + part * dy };
    const distance = Math.hypot(place.x - at.x, place.y - at.y);
    if (distance < best.distance) best = { at, distance };
  }
  return best;
}
