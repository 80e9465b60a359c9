/**
 * The order of a stack's frames: by where they lie in the patient, else by number, else by time, never by how they arrived.
 *
 * Frames come in, the same frames go out. Of the two ways along the normal the one is taken in which Instance Number rises.
 */

import type { ImageFrame } from "../model/images";
import { depthOf, SAME_PLACE_MM } from "./stack_geometry";

const TIMES = ["AcquisitionDateTime", "AcquisitionTime", "ContentDate", "ContentTime"];

/** By Instance Number and frame, then by times, then by UID. */
export function byNumber(a: ImageFrame, b: ImageFrame): number {
  const [one, other] = [a.attributes.number("InstanceNumber"), b.attributes.number("InstanceNumber")];
  if (one !== other && one !== undefined && other !== undefined) return one - other;
  for (const keyword of TIMES) {
    const order = a.attributes.text(keyword).localeCompare(b.attributes.text(keyword));
    if (order !== 0) return order;
  }
  return a.sopInstanceUid === b.sopInstanceUid ? a.frame - b.frame : a.sopInstanceUid < b.sopInstanceUid ? -1 : 1;
}

/** Frames that all lie in the patient and are parallel: by depth; others: by number. */
export function ordered<Frame extends ImageFrame>(frames: readonly Frame[], byPlace: boolean): readonly Frame[] {
  const numbered = [...frames].sort(byNumber);
  const normal = numbered[0]?.plane?.normal;
  if (!byPlace || !normal || numbered.some(({ plane }) => !plane)) return numbered;
  const placed = numbered.map((frame, rank) => ({ frame, rank, depth: depthOf(frame, normal) }));
  const sense = risingSense(placed);
  placed.sort((a, b) => (Math.abs(a.depth - b.depth) > SAME_PLACE_MM ? sense * (a.depth - b.depth) : a.rank - b.rank));
  return placed.map(({ frame }) => frame);
}

/** Whether depth rises (1) or falls (-1) with the numbers, for most; ascending where there are none to go by. */
function risingSense(placed: readonly { frame: ImageFrame; rank: number; depth: number }[]): 1 | -1 {
  const numbers = new Set(placed.map(({ frame }) => frame.attributes.number("InstanceNumber")));
  if (numbers.size < 2) return 1;
  const middle = (placed.length - 1) / 2;
  const mean = placed.reduce((sum, { depth }) => sum + depth, 0) / placed.length;
  const together = placed.reduce((sum, { depth, rank }) => sum + (depth - mean) * (rank - middle), 0);
  return together < 0 ? -1 : 1;
}
