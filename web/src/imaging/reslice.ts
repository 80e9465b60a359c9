/**
 * Cuts through a volume: any plane, one voxel thin or as a slab of the brightest, darkest or mean values.
 *
 * Voxels and a plane of the patient come in, one value a pixel goes out, interpolated between the eight voxels around it. The volume's
 * own three directions need not stand upright on each other: a tilted gantry is undone here, slice by slice. What lies outside of the
 * volume, and padding, gets the value `outside`.
 */

import type { Vector } from "../model/images";
import { dot, type ImagePlane, minus, plus, times } from "./geometry";

export type Voxels = Uint8Array | Int16Array | Uint16Array;

/** Where voxel (column, row, slice) lies: origin + column * columnStep + row * rowStep + slice * sliceStep, in millimetres. */
export interface VolumeGrid {
  readonly columns: number;
  readonly rows: number;
  readonly slices: number;
  readonly origin: Vector;
  readonly columnStep: Vector;
  readonly rowStep: Vector;
  readonly sliceStep: Vector;
}

export interface VolumeVoxels extends VolumeGrid {
  readonly voxels: Voxels;
  /** Values that are no image, both ends included; `outside` is one of them. */
  readonly padding: readonly [number, number];
  readonly outside: number;
  /** Whether padding occurs among the voxels. */
  readonly hasPadding: boolean;
}

export type SlabMode = "max" | "min" | "mean";

export interface SlabOf {
  readonly millimetres: number;
  readonly mode: SlabMode;
}

/** From millimetres of the patient to (column, row, slice). */
export function gridOf(volume: VolumeGrid): (point: Vector) => Vector {
  const { columnStep: a, rowStep: b, sliceStep: c } = volume;
  const [bc, ca, ab] = [crossed(b, c), crossed(c, a), crossed(a, b)];
  const determinant = dot(a, bc);
  return (point) => {
    const from = minus(point, volume.origin);
    return [dot(from, bc) / determinant, dot(from, ca) / determinant, dot(from, ab) / determinant];
  };
}

const crossed = (a: Vector, b: Vector): Vector => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];

/** Depths of a slab's samples before and behind the plane: one each half of the finest step, never more than `SAMPLES_MAX`. */
const SAMPLES_MAX = 256;

function depthsOf(volume: VolumeGrid, slab: SlabOf | undefined): readonly number[] {
  if (!slab || slab.millimetres <= 0) return [0];
  const finest = Math.min(...[volume.columnStep, volume.rowStep, volume.sliceStep].map((step) => Math.hypot(...step)));
  const count = Math.min(SAMPLES_MAX, Math.max(2, Math.ceil(slab.millimetres / finest) + 1));
  return Array.from({ length: count }, (_, index) => (index / (count - 1) - 0.5) * slab.millimetres);
}

/** The pixels of a plane, in rows, as values of the volume. */
export function reslice(volume: VolumeVoxels, plane: ImagePlane, slab?: SlabOf): Voxels {
  const out = new (volume.voxels.constructor as new (length: number) => Voxels)(plane.rows * plane.columns);
  const [first = 0, ...others] = depthsOf(volume, slab);
  const sample = sampler(volume, plane);
  if (others.length === 0) {
    sample(first, out);
    return out;
  }
  const mode = slab?.mode ?? "max";
  const layer = out.slice() as Voxels;
  if (mode === "mean") return meanOf(volume, [first, ...others], sample, layer);
  sample(first, out);
  const { outside } = volume;
  for (const depth of others) {
    sample(depth, layer);
    for (let index = 0; index < out.length; index++) {
      const value = layer[index] as number;
      const before = out[index] as number;
      if (value === outside) continue;
      if (before === outside || (mode === "max" ? value > before : value < before)) out[index] = value;
    }
  }
  return out;
}

function meanOf(volume: VolumeVoxels, depths: readonly number[], sample: Sampler, layer: Voxels): Voxels {
  const sums = new Float64Array(layer.length);
  const counts = new Uint16Array(layer.length);
  for (const depth of depths) {
    sample(depth, layer);
    for (let index = 0; index < layer.length; index++) {
      const value = layer[index] as number;
      if (value === volume.outside) continue;
      sums[index] = (sums[index] as number) + value;
      (counts[index] as number)++;
    }
  }
  for (let index = 0; index < layer.length; index++) {
    const count = counts[index] as number;
    layer[index] = count > 0 ? Math.round((sums[index] as number) / count) : volume.outside;
  }
  return layer;
}

type Sampler = (depth: number, out: Voxels) => void;

/** Fills a picture of the plane, moved by `depth` millimetres along its normal. */
function sampler(volume: VolumeVoxels, plane: ImagePlane): Sampler {
  const toGrid = gridOf(volume);
  const origin = toGrid(volume.origin);
  const stepOf = (direction: Vector): Vector => minus(toGrid(plus(volume.origin, direction)), origin);
  const alongRow = stepOf(times(plane.across, plane.columnSpacing));
  const alongColumn = stepOf(times(plane.down, plane.rowSpacing));
  return (depth, out) => {
    const corner = toGrid(plus(plane.position, times(plane.normal, depth)));
    for (let row = 0; row < plane.rows; row++) {
      fillRow(volume, plus(corner, times(alongColumn, row)), alongRow, out, row * plane.columns, plane.columns);
    }
  };
}

/** One row of pixels. Half a voxel beyond the outermost centres still belongs to the volume. */
function fillRow(volume: VolumeVoxels, start: Vector, step: Vector, out: Voxels, at: number, count: number): void {
  const { voxels, columns, rows, slices, outside, hasPadding } = volume;
  const [low, high] = volume.padding;
  const isPad = (value: number): boolean => value >= low && value <= high;
  const [lastColumn, lastRow, lastSlice] = [columns - 1, rows - 1, slices - 1];
  const [nextRow, nextSlice] = [columns, columns * rows];
  const [from, to] = within(start, step, count, [lastColumn, lastRow, lastSlice]);
  out.fill(outside, at, at + from);
  out.fill(outside, at + to, at + count);
  for (let index = from; index < to; index++) {
    const x = start[0] + index * step[0];
    const y = start[1] + index * step[1];
    const z = start[2] + index * step[2];
    const u = x < 0 ? 0 : x > lastColumn ? lastColumn : x;
    const v = y < 0 ? 0 : y > lastRow ? lastRow : y;
    const w = z < 0 ? 0 : z > lastSlice ? lastSlice : z;
    const [i, j, k] = [u | 0, v | 0, w | 0];
    const [p, q, r] = [u - i, v - j, w - k];
    const right = i < lastColumn ? 1 : 0;
    const down = j < lastRow ? nextRow : 0;
    const base = k * nextSlice + j * nextRow + i;
    const far = base + (k < lastSlice ? nextSlice : 0);
    const a = voxels[base] as number;
    const b = voxels[base + right] as number;
    const c = voxels[base + down] as number;
    const d = voxels[base + down + right] as number;
    const e = voxels[far] as number;
    const f = voxels[far + right] as number;
    const g = voxels[far + down] as number;
    const h = voxels[far + down + right] as number;
    if (hasPadding && (isPad(a) || isPad(b) || isPad(c) || isPad(d) || isPad(e) || isPad(f) || isPad(g) || isPad(h))) {
      const value = voxels[Math.round(w) * nextSlice + Math.round(v) * nextRow + Math.round(u)] as number;
      out[at + index] = isPad(value) ? outside : value;
      continue;
    }
    const near = (a + (b - a) * p) * (1 - q) + (c + (d - c) * p) * q;
    const behind = (e + (f - e) * p) * (1 - q) + (g + (h - g) * p) * q;
    const value = near + (behind - near) * r;
    out[at + index] = value < 0 ? -(0.5 - value) : value + 0.5;
  }
}

/** Of a row's pixels, the first that lies in the volume and the one after the last: nothing has to be asked of the others. */
function within(start: Vector, step: Vector, count: number, last: Vector): readonly [number, number] {
  let [from, to] = [0, count - 1];
  for (const axis of [0, 1, 2] as const) {
    const [low, high] = [-0.5 - start[axis], last[axis] + 0.5 - start[axis]];
    const along = step[axis];
    if (Math.abs(along) < 1e-12) {
      if (low > 0 || high < 0) return [0, 0];
      continue;
    }
    const [one, other] = along > 0 ? [low / along, high / along] : [high / along, low / along];
    from = Math.max(from, Math.ceil(one - 1e-9));
    to = Math.min(to, Math.floor(other + 1e-9));
  }
  return to >= from ? [from, to + 1] : [0, 0];
}
