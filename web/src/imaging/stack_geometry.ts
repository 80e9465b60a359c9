/**
 * How the slices of a stack lie to each other, in numbers (PS3.3 C.7.6.2.1.1): gaps along the normal, tilt, what is missing.
 *
 * Frames in their order come in, a description goes out. Distances are along the normal alone: never Slice Thickness, never Spacing
 * Between Slices, never the distance of two corners, which a tilted gantry makes longer.
 */

import type { ImageFrame, Vector } from "../model/images";
import { dot, length, minus } from "./geometry";

/** Two slices that are nearer than this lie at the same place. */
export const SAME_PLACE_MM = 0.01;
/** How uneven gaps may be: of the median. */
const REGULAR_PART = 0.01;
/** A gap of several slices may be off by this part of it. */
const MISSING_PART = 0.05;
/** Below this the gantry stands straight. */
const TILT_DEGREES = 0.5;
const PARALLEL_COMPONENT = 1e-3;

export interface StackGeometry {
  /** Depths along the first slice's normal, in the stack's order. */
  readonly depths: readonly number[];
  /** From one slice to the next, without sign. */
  readonly gaps: readonly number[];
  /** The median gap. */
  readonly gap: number;
  readonly isRegular: boolean;
  /** How many slices are missing, and the depths that they are missing between. */
  readonly missing: number;
  readonly missingBetween: readonly [number, number] | undefined;
  /** How many positions hold more than one image. */
  readonly repeated: number;
  /** Between the normal and the line from the first to the last slice, in degrees; 0 where it stands straight. */
  readonly tilt: number;
  /** The largest angle of a slice to the first one, in degrees; 0 where they are parallel. */
  readonly skew: number;
}

/** The depth of a frame along a normal. */
export const depthOf = (frame: ImageFrame, normal: Vector): number =>
  frame.plane ? dot(frame.plane.position, normal) : Number.NaN;

/** Undefined where a frame does not say where it lies. */
export function describeStack(frames: readonly ImageFrame[]): StackGeometry | undefined {
  const first = frames[0]?.plane;
  const last = frames.at(-1)?.plane;
  if (!first || !last || frames.some(({ plane }) => !plane)) return undefined;
  const depths = frames.map((frame) => depthOf(frame, first.normal));
  const gaps = depths.slice(1).map((depth, index) => Math.abs(depth - (depths[index] as number)));
  const gap = median(gaps);
  const uneven = gaps.filter((each) => Math.abs(each - gap) > Math.max(SAME_PLACE_MM, REGULAR_PART * gap));
  const repeated = gaps.filter((each, index) => each <= SAME_PLACE_MM && !((gaps[index - 1] ?? 1) <= SAME_PLACE_MM)).length;
  return { depths, gaps, gap, isRegular: uneven.length === 0, ...missingIn(gaps, gap, depths), repeated, ...angles(frames) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

/** Whole slices missing: every uneven gap is a multiple of the even one. */
function missingIn(
  gaps: readonly number[],
  gap: number,
  depths: readonly number[],
): Pick<StackGeometry, "missing" | "missingBetween"> {
  let missing = 0;
  let missingBetween: readonly [number, number] | undefined;
  if (gap <= SAME_PLACE_MM) return { missing, missingBetween };
  for (const [index, each] of gaps.entries()) {
    const slices = Math.round(each / gap);
    const isEven = Math.abs(each - gap) <= Math.max(SAME_PLACE_MM, REGULAR_PART * gap);
    if (isEven || slices < 2 || Math.abs(each - slices * gap) > MISSING_PART * slices * gap) continue;
    missing += slices - 1;
    missingBetween ??= [depths[index] as number, depths[index + 1] as number];
  }
  return { missing, missingBetween };
}

function angles(frames: readonly ImageFrame[]): Pick<StackGeometry, "tilt" | "skew"> {
  const planes = frames.map(({ plane }) => plane).filter((plane) => plane !== undefined);
  const [first] = planes;
  const last = planes.at(-1);
  if (!first || !last) return { tilt: 0, skew: 0 };
  let skew = 0;
  for (const plane of planes) {
    const apart = [minus(plane.across, first.across), minus(plane.down, first.down)].flat();
    if (!apart.some((component) => Math.abs(component) > PARALLEL_COMPONENT)) continue;
    skew = Math.max(skew, degrees(Math.acos(Math.min(1, Math.abs(dot(plane.normal, first.normal))))), 0.1);
  }
  const along = minus(last.position, first.position);
  const tilt =
    length(along) > SAME_PLACE_MM ? degrees(Math.acos(Math.min(1, Math.abs(dot(along, first.normal)) / length(along)))) : 0;
  return { tilt: tilt > TILT_DEGREES ? tilt : 0, skew };
}

const degrees = (radians: number): number => (radians * 180) / Math.PI;
