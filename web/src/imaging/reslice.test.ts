import { describe, expect, test } from "vitest";
import type { GreyPixels, Vector } from "../model/images";
import type { ImagePlane } from "./geometry";
import { gridOf, reslice, type VolumeVoxels } from "./reslice";
import { buildVolume, volumeGrid } from "./volume_build";

const OUTSIDE = -32768;

/** A volume whose value is 100 x column + 10 x row + slice, with steps of 1, 1 and 2 mm. */
function counting(sliceStep: Vector = [0, 0, 2]): VolumeVoxels {
  const [columns, rows, slices] = [8, 7, 6];
  const voxels = new Int16Array(columns * rows * slices);
  for (let k = 0, at = 0; k < slices; k++) {
    for (let j = 0; j < rows; j++) for (let i = 0; i < columns; i++) voxels[at++] = 100 * i + 10 * j + k;
  }
  const steps = { origin: [0, 0, 0], columnStep: [1, 0, 0], rowStep: [0, 1, 0], sliceStep } as const;
  return { columns, rows, slices, ...steps, voxels, padding: [OUTSIDE, OUTSIDE], outside: OUTSIDE, hasPadding: false };
}

const plane = (position: Vector, across: Vector, down: Vector, columns: number, rows: number, spacing = 1): ImagePlane => ({
  position,
  across,
  down,
  normal: [
    across[1] * down[2] - across[2] * down[1],
    across[2] * down[0] - across[0] * down[2],
    across[0] * down[1] - across[1] * down[0],
  ],
  rowSpacing: spacing,
  columnSpacing: spacing,
  rows,
  columns,
  frameOfReferenceUid: "1.2",
});

describe("cuts through a volume", () => {
  test("a cut along a slice is that slice", () => {
    const volume = counting();
    const cut = reslice(volume, plane([0, 0, 4], [1, 0, 0], [0, 1, 0], 8, 7));
    expect([...cut]).toEqual([...volume.voxels.slice(2 * 56, 3 * 56)]);
  });

  test("a cut across the slices shows each at its depth, and their means between", () => {
    const cut = reslice(counting(), plane([3, 2, 0], [0, 0, 1], [0, 1, 0], 11, 1));
    expect([...cut]).toEqual([320, 321, 321, 322, 322, 323, 323, 324, 324, 325, 325]);
  });

  test("what lies more than half a voxel outside is outside", () => {
    const cut = reslice(counting(), plane([-1, 0, 0], [1, 0, 0], [0, 1, 0], 10, 1));
    expect([...cut]).toEqual([OUTSIDE, 0, 100, 200, 300, 400, 500, 600, 700, OUTSIDE]);
    const half = reslice(counting(), plane([-0.5, 0, 0], [1, 0, 0], [0, 1, 0], 1, 1));
    expect([...half]).toEqual([0]);
    expect([...reslice(counting(), plane([0, 0, 50], [1, 0, 0], [0, 1, 0], 2, 2))]).toEqual([OUTSIDE, OUTSIDE, OUTSIDE, OUTSIDE]);
  });

  test("an oblique cut interpolates in all three directions", () => {
    const across: Vector = [Math.SQRT1_2, Math.SQRT1_2, 0];
    const [first, second] = reslice(counting(), plane([1, 1, 3], across, [0, 0, 1], 2, 1, Math.SQRT2));
    expect([first, second]).toEqual([112, 222]);
  });

  test("a tilted gantry is undone: the same point of the patient has the same value", () => {
    const volume = counting([0, -1, 2]);
    expect(gridOf(volume)([4, 3 - 2, 4]).map((value) => value + 0)).toEqual([4, 3, 2]);
    expect([...reslice(volume, plane([4, 1, 4], [1, 0, 0], [0, 1, 0], 1, 1))]).toEqual([432]);
  });

  test("padding is never mixed with image", () => {
    const volume = counting();
    volume.voxels[1] = OUTSIDE;
    const [left, middle] = reslice({ ...volume, hasPadding: true }, plane([0.4, 0, 0], [1, 0, 0], [0, 1, 0], 2, 1, 0.5));
    expect([left, middle]).toEqual([0, OUTSIDE]);
  });
});

describe("slabs", () => {
  const thin = plane([3, 2, 4], [1, 0, 0], [0, 1, 0], 1, 1);

  test.each([
    ["max", 323],
    ["min", 321],
    ["mean", 322],
  ] as const)("%s over two slices before and behind", (mode, expected) => {
    expect([...reslice(counting(), thin, { millimetres: 4, mode })]).toEqual([expected]);
  });

  test("what reaches out of the volume is left out of it", () => {
    const edge = plane([3, 2, 0], [1, 0, 0], [0, 1, 0], 1, 1);
    expect([...reslice(counting(), edge, { millimetres: 4, mode: "min" })]).toEqual([320]);
    expect([...reslice(counting(), edge, { millimetres: 8, mode: "max" })]).toEqual([322]);
    const away = plane([3, 2, 40], [1, 0, 0], [0, 1, 0], 1, 1);
    expect([...reslice(counting(), away, { millimetres: 4, mode: "mean" })]).toEqual([OUTSIDE]);
  });
});

describe("volumes from slices", () => {
  const slice = (stored: GreyPixels["stored"], more: Partial<GreyPixels> = {}): GreyPixels => ({
    kind: "grey",
    rows: 1,
    columns: stored.length,
    stored,
    slope: 1,
    intercept: 0,
    inverse: false,
    unit: "",
    ...more,
  });
  const grid = { ...counting(), columns: 2, rows: 1, slices: 2 };

  test("slices of one slope keep their stored values", () => {
    const { volume, scale } = buildVolume(grid, [
      slice(Int16Array.of(1, 2), { intercept: -9 }),
      slice(Int16Array.of(3, 4), { intercept: -9 }),
    ]);
    expect([...volume.voxels]).toEqual([1, 2, 3, 4]);
    expect([scale.slope, scale.intercept]).toEqual([1, -9]);
    expect([...volume.voxels]).not.toContain(volume.outside);
  });

  test("bytes get room for what is outside", () => {
    const { volume } = buildVolume(grid, [slice(Uint8Array.of(0, 255)), slice(Uint8Array.of(1, 2))]);
    expect([...volume.voxels]).toEqual([0, 255, 1, 2]);
    expect(volume.outside).toBe(-32768);
  });

  test("slopes that differ from slice to slice are put on one scale", () => {
    const { volume, scale } = buildVolume(grid, [slice(Int16Array.of(0, 1000)), slice(Int16Array.of(0, 1000), { slope: 3 })]);
    const values = [...volume.voxels].map((voxel) => voxel * scale.slope + scale.intercept);
    expect(values.map((value) => Math.round(value))).toEqual([0, 1000, 0, 3000]);
  });

  test("padding of a file is what is outside", () => {
    const padded = { padding: [-2000, -2000] as const };
    const { volume } = buildVolume(grid, [slice(Int16Array.of(-2000, 5), padded), slice(Int16Array.of(6, 7), padded)]);
    expect([volume.outside, volume.hasPadding]).toEqual([-2000, true]);
  });

  test("a stack without places has no grid", () => {
    expect(volumeGrid([])).toBeUndefined();
  });
});
