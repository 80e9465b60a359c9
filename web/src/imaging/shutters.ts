/**
 * Display shutters: what of a frame is hidden (PS3.3 C.7.6.11, C.7.6.16.2.15 for one frame).
 *
 * Attributes and a size come in; a mask, 1 where a pixel is hidden, and the grey level that it gets go out. Where several shapes are
 * given only what each of them shows is seen. A shutter that would hide everything is a mistake and hides nothing.
 */

import type { DicomAttributes } from "./attributes";

export interface Shutter {
  readonly hidden: Uint8Array;
  /** 0 to 255. */
  readonly level: number;
}

export function readShutter(attributes: DicomAttributes, rows: number, columns: number): Shutter | undefined {
  const shapes = attributes.values("ShutterShape").map(String);
  const tests = shapes.map((shape) => shapeTest(shape, attributes)).filter((test) => test !== undefined);
  if (tests.length === 0) return undefined;
  const hidden = new Uint8Array(rows * columns);
  let count = 0;
  for (let row = 1, index = 0; row <= rows; row++) {
    for (let column = 1; column <= columns; column++, index++) {
      if (tests.every((shows) => shows(row, column))) continue;
      hidden[index] = 1;
      count++;
    }
  }
  if (count === 0 || count === hidden.length) return undefined;
  return { hidden, level: (attributes.number("ShutterPresentationValue") ?? 0) >> 8 };
}

type Shows = (row: number, column: number) => boolean;

/** Rows and columns count from 1. */
function shapeTest(shape: string, attributes: DicomAttributes): Shows | undefined {
  if (shape === "RECTANGULAR") {
    const sides = ["Upper", "Lower"].map((side) => attributes.number(`Shutter${side}HorizontalEdge`));
    const [upper, lower] = sides;
    const [left, right] = ["Left", "Right"].map((side) => attributes.number(`Shutter${side}VerticalEdge`));
    if (upper === undefined || lower === undefined || left === undefined || right === undefined) return undefined;
    return (row, column) => row >= upper && row <= lower && column >= left && column <= right;
  }
  if (shape === "CIRCULAR") {
    const [centerRow, centerColumn] = attributes.numbers("CenterOfCircularShutter");
    const radius = attributes.number("RadiusOfCircularShutter");
    if (centerRow === undefined || centerColumn === undefined || radius === undefined) return undefined;
    return (row, column) => Math.hypot(row - centerRow, column - centerColumn) <= radius;
  }
  const vertices = shape === "POLYGONAL" ? attributes.numbers("VerticesOfThePolygonalShutter") : [];
  return vertices.length >= 6 ? (row, column) => isInside(vertices, row, column) : undefined;
}

/** Whether a ray from the pixel crosses the border, which closes itself, an odd number of times. */
function isInside(vertices: readonly number[], row: number, column: number): boolean {
  let inside = false;
  const last = vertices.length - (vertices.length % 2);
  for (let index = 0; index < last; index += 2) {
    const next = (index + 2) % last;
    const [fromRow, fromColumn] = [vertices[index] as number, vertices[index + 1] as number];
    const [toRow, toColumn] = [vertices[next] as number, vertices[next + 1] as number];
    const crosses = fromRow > row !== toRow > row;
    if (crosses && column < fromColumn + ((row - fromRow) * (toColumn - fromColumn)) / (toRow - fromRow)) inside = !inside;
  }
  return inside;
}
