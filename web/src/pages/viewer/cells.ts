/**
 * What happens to the cells when somebody scrolls, chooses a window, turns, zooms or hangs another series.
 *
 * A state comes in, the part that changes goes out; nothing is drawn and nothing is fetched here. A cell that shows a cut scrolls by
 * moving the crosshair (`cutting`), which is not decided here.
 */

import { mirrored, turned } from "@/imaging/view";
import { type View, type Voi, WHOLE } from "@/model/images";
import { cellCount, type LayoutName } from "./layouts";
import { areParallel, linkedIndex } from "./linking";
import { hungView } from "./mammography";
import { type Cell, type Change, EMPTY_CELL, stackOf, type Viewer, withCell } from "./state";

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** Show an image of the cell's stack; linked cells follow to the same place in the patient. */
export function showImage(now: Viewer, at: number, index: number): Change {
  const cell = now.cells[at];
  const stack = cell && stackOf(now, cell);
  if (!cell || !stack || cell.cut !== "acquired") return {};
  const wanted = clamp(Math.round(index), 0, stack.frames.length - 1);
  if (wanted === cell.index) return {};
  const cells = now.cells.map((other, place) => {
    if (place === at) return { ...other, index: wanted };
    const there = now.link && other.cut === "acquired" ? stackOf(now, other) : undefined;
    const follows = there && linkedIndex(stack, wanted, there);
    return follows === undefined || follows === other.index ? other : { ...other, index: follows };
  });
  return { cells };
}

/** Hang a stack or a document into a cell; a stack begins in its middle, a clip at its first frame. */
export function hang(now: Viewer, at: number, id: string): Change {
  const fresh = freshCell(now, id);
  return { cells: withCell(now.cells, at, fresh), active: at };
}

export function freshCell(now: Viewer, id: string): Cell {
  const stack = now.stacks.get(id);
  const index = !stack || stack.isClip ? 0 : Math.floor(stack.frames.length / 2);
  return { ...EMPTY_CELL, shows: id, index, view: hungView(stack?.frames[index]) };
}

/** Another arrangement: what is shown stays, what was hidden by a smaller one comes back, new cells take the series not shown yet. */
export function arrange(now: Viewer, layout: LayoutName, order: readonly string[]): Change {
  const wanted = cellCount(layout);
  const cells = now.cells.slice(0, wanted);
  const left = order.filter((id) => !cells.some((cell) => cell.shows === id));
  while (cells.length < wanted) {
    const id = left.shift();
    cells.push(id === undefined ? EMPTY_CELL : freshCell(now, id));
  }
  return { layout, cells, active: Math.min(now.active, wanted - 1), full: false };
}

/** The window of the active cell; in a cut volume all cuts share it. Undefined goes back to what each image says. */
export function chooseWindow(now: Viewer, at: number, voi: Voi | undefined, voiLabel = ""): Change {
  const one = now.cells[at];
  if (!one) return {};
  const cells = now.cells.map((cell, place) => {
    const together = place === at || (one.cut !== "acquired" && cell.cut !== "acquired" && cell.shows === one.shows);
    return together ? { ...cell, voi, voiLabel } : cell;
  });
  return { cells };
}

/** How a cell's picture lies. Linked cells that show the same plane in the same size are zoomed and moved along. */
export function look(now: Viewer, at: number, view: View): Change {
  const cell = now.cells[at];
  if (!cell || cell.view === view) return {};
  const { zoom, pan } = view;
  const cells = now.cells.map((other, place) => {
    if (place === at) return { ...other, view };
    return now.link && areAlike(now, cell, other) ? { ...other, view: { ...other.view, zoom, pan } } : other;
  });
  return { cells };
}

function areAlike(now: Viewer, one: Cell, other: Cell): boolean {
  const [a, b] = [stackOf(now, one)?.frames[one.index], stackOf(now, other)?.frames[other.index]];
  if (!a?.plane || !b?.plane || one.cut !== "acquired" || other.cut !== "acquired") return false;
  const sameSize = a.rows === b.rows && a.columns === b.columns && String(a.spacing) === String(b.spacing);
  return sameSize && a.frameOfReferenceUid === b.frameOfReferenceUid && areParallel(a.plane, b.plane);
}

export function turn(now: Viewer): Change {
  return withView(now, turned);
}

export function flip(now: Viewer, direction: "horizontal" | "vertical"): Change {
  return withView(now, (view) => mirrored(view, direction));
}

function withView(now: Viewer, by: (view: View) => View): Change {
  const cell = now.cells[now.active];
  return cell ? look(now, now.active, by(cell.view)) : {};
}

export function fit(now: Viewer): Change {
  return withView(now, (view) => ({ ...view, zoom: undefined, pan: WHOLE.pan }));
}

/** One picture pixel on one pixel of the screen. */
export function actualSize(now: Viewer, devicePixelRatio: number): Change {
  return withView(now, (view) => ({ ...view, zoom: 1 / devicePixelRatio, pan: WHOLE.pan }));
}

export function invert(now: Viewer): Change {
  const cell = now.cells[now.active];
  return cell ? { cells: withCell(now.cells, now.active, { inverted: !cell.inverted }) } : {};
}

/** Window, zoom, turns and inversion as at first; the image stays. */
export function reset(now: Viewer): Change {
  const cell = now.cells[now.active];
  const view = hungView(cell && stackOf(now, cell)?.frames[cell.index]);
  const { voi, voiLabel, inverted } = EMPTY_CELL;
  return { cells: withCell(now.cells, now.active, { voi, voiLabel, inverted, view }) };
}

/** The next or the last series of the study into the active cell. */
export function step(now: Viewer, order: readonly string[], by: 1 | -1): Change {
  const cell = now.cells[now.active];
  if (cell?.cut !== "acquired" || order.length === 0) return {};
  const here = cell.shows === undefined ? -1 : order.indexOf(cell.shows);
  const id = order[clamp(here + by, 0, order.length - 1)];
  return id === undefined || id === cell.shows ? {} : hang(now, now.active, id);
}

/** Note that images have been looked at: the line under a thumbnail tells how many. */
export function markSeen(now: Viewer, stackId: string, index: number): Change {
  const before = now.seen.get(stackId);
  if (before?.has(index)) return {};
  return { seen: new Map(now.seen).set(stackId, new Set(before).add(index)) };
}
