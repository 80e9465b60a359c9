/**
 * A volume from the frames of a stack: one array of voxels in the values of the files, and where they lie.
 *
 * Frames and their decoded pixels come in, voxels go out. Where every slice has the same slope the stored values are kept as they are;
 * where slopes differ (PET), or values are wider than 16 bits, they are put on one scale of 65536 steps. The stack must have been
 * found fit to be cut (`verdictOf`): even gaps, parallel slices, one size.
 */

import type { GreyPixels, ImageFrame } from "../model/images";
import { imagePlaneOf, minus, times } from "./geometry";
import { modalityValue } from "./modality";
import type { VolumeGrid, VolumeVoxels, Voxels } from "./reslice";

export interface BuiltVolume {
  readonly volume: VolumeVoxels;
  /** What the voxels mean, as of a frame's pixels. */
  readonly scale: Pick<GreyPixels, "slope" | "intercept" | "inverse" | "unit" | "padding">;
}

/** The grid of a stack; undefined where its frames do not say where they lie. */
export function volumeGrid(frames: readonly ImageFrame[]): VolumeGrid | undefined {
  const [first, last] = [frames[0], frames.at(-1)].map((frame) => frame && imagePlaneOf(frame));
  if (!first || !last || frames.length < 2) return undefined;
  return {
    columns: first.columns,
    rows: first.rows,
    slices: frames.length,
    origin: first.position,
    columnStep: times(first.across, first.columnSpacing),
    rowStep: times(first.down, first.rowSpacing),
    // of a tilted gantry this is no right angle, and that is the truth
    sliceStep: times(minus(last.position, first.position), 1 / (frames.length - 1)),
  };
}

const isKept = (pixels: GreyPixels): boolean =>
  pixels.stored instanceof Uint8Array || pixels.stored instanceof Int16Array || pixels.stored instanceof Uint16Array;

/** The voxels of all slices, in their order. */
export function buildVolume(grid: VolumeGrid, slices: readonly GreyPixels[]): BuiltVolume {
  const first = slices[0] as GreyPixels;
  const alike = slices.every(
    (slice) =>
      slice.slope === first.slope &&
      slice.intercept === first.intercept &&
      slice.modalityTable === undefined &&
      slice.padding?.join() === first.padding?.join() &&
      slice.stored.constructor === first.stored.constructor,
  );
  return alike && isKept(first) ? asStored(grid, slices, first) : onOneScale(grid, slices, first);
}

function asStored(grid: VolumeGrid, slices: readonly GreyPixels[], first: GreyPixels): BuiltVolume {
  const count = grid.rows * grid.columns;
  const { padding } = first;
  const [low, high] = extremes(slices);
  // bytes have no value left for what is outside
  const voxels: Voxels =
    first.stored instanceof Uint16Array ? new Uint16Array(count * slices.length) : new Int16Array(count * slices.length);
  slices.forEach((slice, index) => {
    voxels.set(slice.stored, index * count);
  });
  const outside = padding ? padding[0] : spareValue(voxels, low, high);
  const hasPadding = padding !== undefined && slices.some(({ stored }) => holds(stored, padding));
  const range = padding ?? ([outside, outside] as const);
  const { slope, intercept, inverse, unit } = first;
  return {
    volume: { ...grid, voxels, padding: range, outside, hasPadding },
    scale: { slope, intercept, inverse, unit, padding: range },
  };
}

/** A value that no voxel has: below the lowest, else above the highest, else the lowest possible. */
function spareValue(voxels: Voxels, low: number, high: number): number {
  const [least, most] = voxels instanceof Uint16Array ? [0, 0xffff] : [-0x8000, 0x7fff];
  if (low > least) return least;
  return high < most ? most : least;
}

function extremes(slices: readonly GreyPixels[]): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { stored } of slices) {
    for (let index = 0; index < stored.length; index++) {
      const value = stored[index] as number;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}

function holds(stored: GreyPixels["stored"], [low, high]: readonly [number, number]): boolean {
  for (let index = 0; index < stored.length; index++) {
    const value = stored[index] as number;
    if (value >= low && value <= high) return true;
  }
  return false;
}

const STEPS = 0xfffe;
const OUTSIDE = 0xffff;

function onOneScale(grid: VolumeGrid, slices: readonly GreyPixels[], first: GreyPixels): BuiltVolume {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const slice of slices) {
    each(slice, (value) => {
      if (value < low) low = value;
      if (value > high) high = value;
    });
  }
  if (low > high) [low, high] = [0, 1];
  const slope = (high - low) / STEPS || 1;
  const count = grid.rows * grid.columns;
  const voxels = new Uint16Array(count * slices.length).fill(OUTSIDE);
  let hasPadding = false;
  slices.forEach((slice, number) => {
    let filled = 0;
    each(slice, (value, index) => {
      voxels[number * count + index] = Math.round((value - low) / slope);
      filled++;
    });
    hasPadding ||= filled < count;
  });
  const padding = [OUTSIDE, OUTSIDE] as const;
  return {
    volume: { ...grid, voxels, padding, outside: OUTSIDE, hasPadding },
    scale: { slope, intercept: low, inverse: first.inverse, unit: first.unit, padding },
  };
}

/** Every value in the modality's unit that is a number and no padding. */
function each(slice: GreyPixels, take: (value: number, index: number) => void): void {
  const { stored, padding } = slice;
  const [low, high] = padding ?? [1, 0];
  for (let index = 0; index < stored.length; index++) {
    const raw = stored[index] as number;
    if (raw >= low && raw <= high) continue;
    const value = modalityValue(slice, raw);
    if (Number.isFinite(value)) take(value, index);
  }
}
