import { describe, expect, test } from "vitest";
import type { Vector } from "../model/images";
import {
  type ImagePlane,
  lettersOf,
  oppositeLetters,
  orientation,
  pixelAt,
  planeName,
  pointAt,
  referenceLine,
  times,
} from "./geometry";

function plane(position: Vector, directions: readonly number[], more: Partial<ImagePlane> = {}): ImagePlane {
  const found = orientation(directions);
  if (!found) throw new Error("no directions");
  const [across, down] = found;
  const normal: Vector = [
    across[1] * down[2] - across[2] * down[1],
    across[2] * down[0] - across[0] * down[2],
    across[0] * down[1] - across[1] * down[0],
  ];
  const size = { rowSpacing: 1, columnSpacing: 1, rows: 256, columns: 256, frameOfReferenceUid: "1.2" };
  return { position, across, down, normal, ...size, ...more };
}

const axial = plane([-127.5, -127.5, 20], [1, 0, 0, 0, 1, 0]);
const sagittal = plane([10, -127.5, 127.5], [0, 1, 0, 0, 0, -1]);

describe("directions", () => {
  test("rounded text is brought to length 1, nonsense is no orientation", () => {
    const [, down] = orientation([1, 0, 0, 0, 0.9483237, -0.3173047]) ?? [];
    expect(Math.hypot(...(down ?? [0, 0, 0]))).toBeCloseTo(1, 12);
    expect(orientation([1, 0, 0, 1, 0, 0])).toBeUndefined();
    expect(orientation([0, 0, 0, 0, 0, 0])).toBeUndefined();
    expect(orientation([1, 0, 0])).toBeUndefined();
  });

  test("letters stand in the order of their strength, weak ones not at all", () => {
    const across: Vector = [0.05378466379901, 0.96501313248301, 0.256625922454];
    const down: Vector = [0.01811332435568, 0.25601276514781, -0.9665036841948];
    expect([lettersOf(across), lettersOf(times(across, -1)), lettersOf(down), lettersOf(times(down, -1))]).toEqual([
      "PH",
      "AF",
      "FP",
      "HA",
    ]);
    expect(lettersOf([-1, 0, 0])).toBe("R");
  });

  test("the opposite of letters, none of what is no letter", () => {
    expect(oppositeLetters("FL")).toBe("HR");
    expect(oppositeLetters("X")).toBe("");
  });

  test("a plane has the name of its normal", () => {
    expect([planeName([0, 0, -1]), planeName([0.9, 0.3, 0]), planeName([0.7, 0.7, 0])]).toEqual(["axial", "sagittal", "oblique"]);
  });
});

describe("places", () => {
  test("a pixel's point and back", () => {
    const tilted = plane([5, -7, 11], [0, 0.6, 0.8, 0, 0.8, -0.6], { rowSpacing: 2, columnSpacing: 0.5 });
    const { column, row, distance } = pixelAt(tilted, pointAt(tilted, 12.25, 30.5));
    expect(column).toBeCloseTo(12.25, 9);
    expect(row).toBeCloseTo(30.5, 9);
    expect(distance).toBeCloseTo(0, 9);
  });

  test("spacing between rows goes down, spacing between columns goes across", () => {
    const oblong = plane([0, 0, 0], [1, 0, 0, 0, 1, 0], { rowSpacing: 2, columnSpacing: 0.5 });
    expect(pointAt(oblong, 10, 10)).toEqual([5, 20, 0]);
  });
});

describe("reference lines", () => {
  test("run from edge to edge of the outermost pixels", () => {
    const inSagittal = referenceLine(axial, sagittal);
    expect(inSagittal?.map(({ x, y }) => [x, y]).sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))).toEqual([
      [-0.5, 107.5],
      [255.5, 107.5],
    ]);
    const inAxial = referenceLine(sagittal, axial);
    expect(inAxial?.map(({ x, y }) => [x, y]).sort((a, b) => (a[1] ?? 0) - (b[1] ?? 0))).toEqual([
      [137.5, -0.5],
      [137.5, 255.5],
    ]);
  });

  test("are cut off at the image's edge", () => {
    const small = { ...sagittal, rows: 200, columns: 100 };
    const line = referenceLine(axial, small)?.map(({ x }) => x);
    expect(line?.sort((a, b) => a - b)).toEqual([-0.5, 99.5]);
  });

  test("there is none of parallel planes, of planes that do not reach each other, of another frame of reference", () => {
    expect(referenceLine(axial, { ...axial, position: [0, 0, 30] })).toBeNull();
    expect(referenceLine({ ...axial, position: [-127.5, -127.5, 900] }, sagittal)).toBeNull();
    expect(referenceLine({ ...axial, frameOfReferenceUid: "1.3" }, sagittal)).toBeNull();
    expect(referenceLine({ ...axial, frameOfReferenceUid: "" }, { ...sagittal, frameOfReferenceUid: "" })).toBeNull();
  });
});
