/**
 * Three planes through a volume: where each cut lies, how the crosshair moves through it, and how one gets in and out.
 *
 * A stack's geometry and a point of the patient come in, image planes in the patient's own axes go out (PS3.3 C.7.6.2.1.1: x to the
 * left, y to the back, z to the head). The values of a cut are `imaging/volume`'s business.
 */

import { cornersOf, dot, type ImagePlane, imagePlaneOf, minus, plus, times } from "@/imaging/geometry";
import type { Stack, Vector } from "@/model/images";
import { clamp } from "./cells";
import { centreOfFrame, nearestIndex } from "./linking";
import type { CutName } from "./slots";
import { activeCell, type Change, type Crosshair, EMPTY_CELL, type Slab, stackOf, type Viewer } from "./state";

/** Pixels of a cut along one side; beyond this it is made coarser. */
const SIDE_MAX = 1024;

/** A volume's box in the patient's axes, and how fine its cuts are. */
export interface Box {
  readonly low: Vector;
  readonly high: Vector;
  /** Millimetres between a cut's pixels, and between neighbouring cuts. */
  readonly step: number;
  readonly frameOfReferenceUid: string;
}

export type Axis = Exclude<CutName, "acquired">;

const DIRECTIONS: Readonly<Record<Axis, { across: Vector; down: Vector; normal: Vector; axis: 0 | 1 | 2 }>> = {
  axial: { across: [1, 0, 0], down: [0, 1, 0], normal: [0, 0, 1], axis: 2 },
  coronal: { across: [1, 0, 0], down: [0, 0, -1], normal: [0, 1, 0], axis: 1 },
  sagittal: { across: [0, 1, 0], down: [0, 0, -1], normal: [-1, 0, 0], axis: 0 },
};

/** The box that holds all pixel centres of a stack; undefined where its images do not say where they lie. */
export function boxOf(stack: Stack): Box | undefined {
  const [first, last] = [stack.frames[0], stack.frames.at(-1)];
  const [near, far] = [first && imagePlaneOf(first), last && imagePlaneOf(last)];
  if (!near || !far) return undefined;
  const corners = [...cornersOf(near), ...cornersOf(far)];
  const low: [number, number, number] = [Infinity, Infinity, Infinity];
  const high: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  for (const corner of corners) {
    for (const axis of [0, 1, 2] as const) {
      low[axis] = Math.min(low[axis], corner[axis]);
      high[axis] = Math.max(high[axis], corner[axis]);
    }
  }
  const finest = Math.min(near.rowSpacing, near.columnSpacing, stack.gap ?? Infinity);
  const longest = Math.max(high[0] - low[0], high[1] - low[1], high[2] - low[2]);
  return { low, high, step: Math.max(finest, longest / SIDE_MAX), frameOfReferenceUid: near.frameOfReferenceUid };
}

const sizeAlong = (box: Box, direction: Vector): number =>
  Math.max(1, Math.floor(Math.abs(dot(minus(box.high, box.low), direction)) / box.step));

/** The plane of a cut through a point. */
export function cutPlane(box: Box, cut: Axis, at: Vector): ImagePlane {
  const { across, down, normal, axis } = DIRECTIONS[cut];
  const corner = [0, 1, 2].map((side) => {
    if (side === axis) return at[side] ?? 0;
    return (across[side] ?? 0) + (down[side] ?? 0) < 0 ? (box.high[side] ?? 0) : (box.low[side] ?? 0);
  });
  const outer: Vector = [corner[0] ?? 0, corner[1] ?? 0, corner[2] ?? 0];
  const position = plus(outer, times(plus(across, down), box.step / 2));
  return {
    position,
    across,
    down,
    normal,
    rowSpacing: box.step,
    columnSpacing: box.step,
    rows: sizeAlong(box, down),
    columns: sizeAlong(box, across),
    frameOfReferenceUid: box.frameOfReferenceUid,
  };
}

/** How many cuts there are from one side of the box to the other, and which one goes through a point. Counted from 0 at the low side. */
export function cutPlace(box: Box, cut: Axis, at: Vector): { index: number; count: number } {
  const { axis } = DIRECTIONS[cut];
  const count = Math.max(1, Math.floor((box.high[axis] - box.low[axis]) / box.step));
  return { index: clamp(Math.floor((at[axis] - box.low[axis]) / box.step), 0, count - 1), count };
}

/** The point moved along a cut's normal to another cut. */
export function atCut(box: Box, cut: Axis, at: Vector, index: number): Vector {
  const { axis } = DIRECTIONS[cut];
  const { count } = cutPlace(box, cut, at);
  const moved = [...at];
  moved[axis] = box.low[axis] + (clamp(Math.round(index), 0, count - 1) + 0.5) * box.step;
  return [moved[0] ?? 0, moved[1] ?? 0, moved[2] ?? 0];
}

/** The crosshair at a point; acquired images of the same frame of reference that lie about parallel to nothing else follow to it. */
export function moveCrosshair(now: Viewer, frameOfReferenceUid: string, at: Vector, source: number): Change {
  const crosshair: Crosshair = { frameOfReferenceUid, at };
  const cells = now.cells.map((cell, place) => {
    if (place === source || cell.cut !== "acquired") return cell;
    const stack = stackOf(now, cell);
    const frame = stack?.frames[cell.index];
    if (!stack || stack.isClip || frame?.frameOfReferenceUid !== frameOfReferenceUid) return cell;
    const nearest = nearestIndex(stack, at);
    return nearest && nearest.index !== cell.index ? { ...cell, index: nearest.index } : cell;
  });
  return { crosshair, cells };
}

/** Scroll a cut: the crosshair goes along its normal. */
export function scrollCut(now: Viewer, place: number, box: Box, index: number): Change {
  const cell = now.cells[place];
  if (!cell || cell.cut === "acquired" || !now.crosshair) return {};
  return moveCrosshair(now, box.frameOfReferenceUid, atCut(box, cell.cut, now.crosshair.at, index), place);
}

/** Into three planes: the cuts, and the images as acquired beside them. Nothing where the stack has no volume to cut. */
export function startCutting(now: Viewer): Change {
  const cell = activeCell(now);
  const stack = stackOf(now, cell);
  const at = stack?.mpr.allowed && centreOfFrame(stack, cell.index);
  if (!stack || !at) return {};
  const { voi, voiLabel, inverted } = cell;
  const cuts = (["axial", "coronal", "sagittal"] as const).map((cut) => ({
    ...EMPTY_CELL,
    shows: stack.id,
    index: cell.index,
    cut,
    voi,
    voiLabel,
    inverted,
  }));
  return {
    cutting: { stackId: stack.id, slab: undefined, before: { layout: now.layout, cells: now.cells, active: now.active } },
    crosshair: { frameOfReferenceUid: stack.frames[0]?.frameOfReferenceUid ?? "", at },
    crosshairOn: true,
    layout: "2x2",
    cells: [...cuts, { ...cell, view: EMPTY_CELL.view, cut: "acquired" }],
    active: 3,
    full: false,
    cine: undefined,
  };
}

/** Out again: what was there before, at the image that was reached. */
export function stopCutting(now: Viewer): Change {
  if (!now.cutting) return {};
  const { layout, cells, active } = now.cutting.before;
  const reached = now.cells.find((cell) => cell.cut === "acquired" && cell.shows === now.cutting?.stackId);
  const back = cells.map((cell) => (reached && cell.shows === reached.shows ? { ...cell, index: reached.index } : cell));
  return { layout, cells: back, active, cutting: undefined, crosshairOn: false, full: false };
}

export function chooseSlab(now: Viewer, slab: Slab | undefined): Change {
  return now.cutting ? { cutting: { ...now.cutting, slab } } : {};
}
