/**
 * What the viewer shows now: its stacks, the cells they stand in, the chosen tool and the switches.
 *
 * One store for the page. What a key, a button or the mouse does is a function in a room of its own (`cells`, `mpr`, `cine` ...) that takes
 * a state and gives the part that changes; the store only keeps it. What can be linked to goes into the address by `address`.
 */

import { create } from "zustand";
import type { DicomStack } from "@/imaging/stacks";
import { type Attributes, type Point, type Vector, type View, type Voi, WHOLE } from "@/model/images";
import type { LayoutName } from "./layouts";
import type { CutName, PictureSlot, ReadableDocument, ToolName } from "./slots";

export interface Cell {
  /** A stack's id, or the SOP Instance UID of a document; undefined where the cell is empty. */
  readonly shows: string | undefined;
  readonly cut: CutName;
  /** The image of the stack, from 0. A cut lies where the crosshair is. */
  readonly index: number;
  /** What the reader chose; undefined shows each image as its file says. */
  readonly voi: Voi | undefined;
  readonly voiLabel: string;
  readonly inverted: boolean;
  readonly view: View;
}

export const EMPTY_CELL: Cell = {
  shows: undefined,
  cut: "acquired",
  index: 0,
  voi: undefined,
  voiLabel: "",
  inverted: false,
  view: WHOLE,
};

export type SlabMode = "max" | "min" | "mean";

export interface Slab {
  readonly millimetres: number;
  readonly mode: SlabMode;
}

/** The volume that is cut, and what the cells showed before. */
export interface Cutting {
  readonly stackId: string;
  readonly slab: Slab | undefined;
  readonly before: { readonly layout: LayoutName; readonly cells: readonly Cell[]; readonly active: number };
}

/** A place in the patient that all cells of one frame of reference agree on. */
export interface Crosshair {
  readonly frameOfReferenceUid: string;
  readonly at: Vector;
}

/** A series as the index tells of it, before its images are read. */
export interface SeriesWords {
  readonly uid: string;
  readonly number: string;
  readonly modality: string;
  readonly label: string;
  readonly count: number;
}

export interface Viewer {
  readonly study: string;
  /** Whether it is known what the study holds; then its series, which of them were read, and which could not be. */
  readonly listed: boolean;
  /** Whose it is and what was done, as the index has it. */
  readonly about: Attributes | undefined;
  readonly series: readonly SeriesWords[];
  readonly read: ReadonlySet<string>;
  readonly faults: ReadonlyMap<string, unknown>;
  readonly stacks: ReadonlyMap<string, DicomStack>;
  readonly documents: ReadonlyMap<string, ReadableDocument>;
  readonly layout: LayoutName;
  readonly cells: readonly Cell[];
  readonly active: number;
  /** The cell that is shown alone for a while. */
  readonly full: boolean;
  readonly tool: ToolName;
  readonly link: boolean;
  readonly crosshairOn: boolean;
  readonly crosshair: Crosshair | undefined;
  readonly lines: boolean;
  readonly texts: boolean;
  readonly panel: boolean;
  readonly cutting: Cutting | undefined;
  readonly cine: { readonly factor: number } | undefined;
  /** Where the glass is held, in CSS pixels of a cell. */
  readonly magnified: { readonly cell: number; readonly at: Point } | undefined;
  /** Which images of a stack have been looked at. */
  readonly seen: ReadonlyMap<string, ReadonlySet<number>>;
  /** What each cell has on the screen: for the panel, for saving a picture. */
  readonly shown: ReadonlyMap<number, PictureSlot>;
}

export type Change = Partial<Viewer>;

export const START: Viewer = {
  study: "",
  listed: false,
  about: undefined,
  series: [],
  read: new Set(),
  faults: new Map(),
  stacks: new Map(),
  documents: new Map(),
  layout: "1x1",
  cells: [EMPTY_CELL],
  active: 0,
  full: false,
  tool: "window",
  link: true,
  crosshairOn: false,
  crosshair: undefined,
  lines: true,
  texts: true,
  panel: true,
  cutting: undefined,
  cine: undefined,
  magnified: undefined,
  seen: new Map(),
  shown: new Map(),
};

export const useViewer = create<Viewer>(() => START);

/** Change the state by a function of it. */
export function change(by: (now: Viewer) => Change): void {
  useViewer.setState(by);
}

export function activeCell(now: Viewer): Cell {
  return now.cells[now.active] ?? EMPTY_CELL;
}

/** The picture that the active cell shows; undefined while it still stands for what the cell showed before, and for documents. */
export function activeSlot(now: Viewer): PictureSlot | undefined {
  const shown = now.shown.get(now.active);
  const cell = activeCell(now);
  return shown?.stack.id === cell.shows && shown?.cut === cell.cut ? shown : undefined;
}

export function stackOf(now: Viewer, cell: Cell): DicomStack | undefined {
  return cell.shows === undefined ? undefined : now.stacks.get(cell.shows);
}

/** The cells with one of them changed; the same list where nothing changes. */
export function withCell(cells: readonly Cell[], at: number, by: Partial<Cell>): readonly Cell[] {
  return cells.map((cell, index) => (index === at ? { ...cell, ...by } : cell));
}
