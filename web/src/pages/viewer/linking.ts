/**
 * Which image of one stack belongs to an image of another: by where they lie in the patient, never by number.
 *
 * Stacks come in, an index goes out, or undefined where nothing of the other stack lies there. The two have to share a frame of
 * reference (PS3.3 C.7.4.1) and lie about parallel, as `research` of other viewers has it: their normals within 26 degrees.
 */

import { dot, minus } from "@/imaging/geometry";
import type { Plane, Stack, Vector } from "@/model/images";

const NORMALS_AGREE = 0.9;
/** How far beyond its slices a stack still answers, in gaps. */
const REACH_GAPS = 1.5;

/** The middle of an image in the patient. */
export function centreOfFrame(stack: Stack, index: number): Vector | undefined {
  const frame = stack.frames[index];
  if (!frame?.plane) return undefined;
  const [down, across] = frame.spacing ?? [1, 1];
  const { position, across: x, down: y } = frame.plane;
  const i = ((frame.columns - 1) / 2) * across;
  const j = ((frame.rows - 1) / 2) * down;
  return [position[0] + x[0] * i + y[0] * j, position[1] + x[1] * i + y[1] * j, position[2] + x[2] * i + y[2] * j];
}

export function areParallel(a: Plane, b: Plane): boolean {
  return Math.abs(dot(a.normal, b.normal)) > NORMALS_AGREE;
}

/** The image of a stack that lies nearest to a point of the patient, and how far before it the point is in millimetres. */
export function nearestIndex(stack: Stack, point: Vector): { index: number; millimetres: number } | undefined {
  let found: { index: number; millimetres: number } | undefined;
  stack.frames.forEach((frame, index) => {
    if (!frame.plane) return;
    const millimetres = Math.abs(dot(minus(point, frame.plane.position), frame.plane.normal));
    if (!found || millimetres < found.millimetres) found = { index, millimetres };
  });
  return found;
}

/** Where `other` has to stand when `stack` shows its image `index`; undefined leaves it where it is. */
export function linkedIndex(stack: Stack, index: number, other: Stack): number | undefined {
  // the same images twice, under two windows
  if (other === stack) return index;
  if (other.isClip || stack.isClip) return undefined;
  const [frame, there] = [stack.frames[index], other.frames[0]];
  const point = centreOfFrame(stack, index);
  if (!frame?.plane || !there?.plane || !point) return undefined;
  if (!frame.frameOfReferenceUid || frame.frameOfReferenceUid !== there.frameOfReferenceUid) return undefined;
  if (!areParallel(frame.plane, there.plane)) return undefined;
  const nearest = nearestIndex(other, point);
  if (!nearest || nearest.millimetres > REACH_GAPS * gapNear(other, nearest.index)) return undefined;
  return nearest.index;
}

/** Millimetres to the neighbour, for stacks without one gap. */
function gapNear(stack: Stack, index: number): number {
  if (stack.gap !== undefined) return stack.gap;
  const [here, next, last] = [stack.frames[index], stack.frames[index + 1], stack.frames[index - 1]];
  const neighbours = [next, last].flatMap((frame) =>
    frame?.plane && here?.plane ? [Math.abs(dot(minus(frame.plane.position, here.plane.position), here.plane.normal))] : [],
  );
  return Math.max(1, ...neighbours);
}
