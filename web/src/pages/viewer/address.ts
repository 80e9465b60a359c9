/**
 * The viewer's address: everything that a link to a colleague has to carry, and Back has to bring back.
 *
 *     /viewer?study=UID&layout=2x2&active=4&cell=ID_96_axial_c160w300&cell=...&at=12.0_-3.5_40.1&slab=10max
 *
 * A state comes in and search parameters go out, and the other way round. Images and cells are counted from 1, as on the screen.
 * What cannot be understood is left out: an address is typed by people.
 */

import type { Vector, VoiFunction } from "@/model/images";
import { WHOLE } from "@/model/images";
import { cellCount, isLayout, type LayoutName } from "./layouts";
import type { CutName } from "./slots";
import { type Cell, type Crosshair, EMPTY_CELL, type Slab, type SlabMode, type Viewer } from "./state";

/** What an address says; the stacks may not be there yet. */
export interface Place {
  readonly study: string;
  /** The series that was clicked where the address says nothing about cells. */
  readonly series: string;
  readonly layout: LayoutName | undefined;
  readonly active: number;
  readonly full: boolean;
  readonly cells: readonly Cell[];
  readonly at: Vector | undefined;
  readonly slab: Slab | undefined;
}

const CUTS: readonly CutName[] = ["acquired", "axial", "coronal", "sagittal"];
const FUNCTIONS: Readonly<Record<string, VoiFunction>> = { "": "LINEAR", e: "LINEAR_EXACT", s: "SIGMOID" };
const WINDOW = /^c(-?[\d.]+)w([\d.]+)([es]?)$/;
const TURNS = /^t([0-3])(h?)(v?)(i?)$/;

export function readPlace(search: URLSearchParams): Place {
  const layout = search.get("layout") ?? "";
  const cells = search.getAll("cell").map(readCell);
  const known = isLayout(layout) ? layout : undefined;
  const most = known ? cellCount(known) : 0;
  return {
    study: search.get("study") ?? "",
    series: search.get("series") ?? "",
    layout: known,
    active: Math.min(Math.max(Number(search.get("active") ?? 1) - 1 || 0, 0), Math.max(most - 1, 0)),
    full: search.get("full") === "1",
    cells: known ? Array.from({ length: most }, (_, place) => cells[place] ?? EMPTY_CELL) : [],
    at: readVector(search.get("at") ?? ""),
    slab: readSlab(search.get("slab") ?? ""),
  };
}

function readCell(text: string): Cell {
  const [id = "", image = "", cut = "", ...rest] = text.split("_");
  if (!id) return EMPTY_CELL;
  let cell: Cell = { ...EMPTY_CELL, shows: id, index: Math.max(Math.trunc(Number(image)) - 1 || 0, 0) };
  const known = CUTS.find((name) => name === cut);
  if (known) cell = { ...cell, cut: known };
  for (const part of rest) {
    const window = WINDOW.exec(part);
    const turns = TURNS.exec(part);
    if (window) {
      const voi = { center: Number(window[1]), width: Number(window[2]), function: FUNCTIONS[window[3] ?? ""] ?? "LINEAR" };
      if (Number.isFinite(voi.center) && voi.width > 0) cell = { ...cell, voi };
    } else if (turns) {
      const rotation = Number(turns[1]) as 0 | 1 | 2 | 3;
      const view = { ...WHOLE, rotation, flipHorizontal: turns[2] === "h", flipVertical: turns[3] === "v" };
      cell = { ...cell, view, inverted: turns[4] === "i" };
    }
  }
  return cell;
}

function readVector(text: string): Vector | undefined {
  const [x, y, z] = text.split("_").map(Number);
  return x !== undefined && y !== undefined && z !== undefined && [x, y, z].every(Number.isFinite) && text ? [x, y, z] : undefined;
}

function readSlab(text: string): Slab | undefined {
  const found = /^([\d.]+)(max|min|mean)$/.exec(text);
  const millimetres = Number(found?.[1]);
  return found && millimetres > 0 ? { millimetres, mode: found[2] as SlabMode } : undefined;
}

/** The address of what is shown. Of a study that nobody touched yet it is the study alone. */
export function writePlace(now: Viewer): URLSearchParams {
  const search = new URLSearchParams({ study: now.study });
  if (now.cells.every((cell) => cell.shows === undefined)) return search;
  search.set("layout", now.layout);
  if (now.active > 0) search.set("active", String(now.active + 1));
  if (now.full) search.set("full", "1");
  for (const cell of now.cells) search.append("cell", writeCell(cell));
  if (now.cutting && now.crosshair) search.set("at", writeVector(now.crosshair));
  if (now.cutting?.slab) search.set("slab", `${now.cutting.slab.millimetres}${now.cutting.slab.mode}`);
  return search;
}

function writeCell(cell: Cell): string {
  if (cell.shows === undefined) return "";
  const parts = [cell.shows, String(cell.index + 1), cell.cut];
  const { voi, view } = cell;
  if (voi) parts.push(`c${rounded(voi.center)}w${rounded(voi.width)}${suffixOf(voi.function)}`);
  const turns = `t${view.rotation}${view.flipHorizontal ? "h" : ""}${view.flipVertical ? "v" : ""}${cell.inverted ? "i" : ""}`;
  if (turns !== "t0") parts.push(turns);
  return parts.join("_");
}

const rounded = (value: number) => String(Number(value.toPrecision(6)));
const suffixOf = (name: VoiFunction) => (name === "LINEAR" ? "" : name === "SIGMOID" ? "s" : "e");
const writeVector = (crosshair: Crosshair) => crosshair.at.map((value) => value.toFixed(1)).join("_");

/** What makes a new entry of the browser's history: another series, layout or cut. Scrolling and windows replace the entry. */
export function structureOf(search: URLSearchParams): string {
  const cells = search.getAll("cell").map((cell) => {
    const [id, , cut] = cell.split("_");
    return `${id}_${cut}`;
  });
  return [search.get("study"), search.get("layout"), search.get("full"), ...cells].join(" ");
}
