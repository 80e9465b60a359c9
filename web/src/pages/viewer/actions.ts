/**
 * Everything that can be done in the viewer, once: buttons, keys, the menu on a picture and the list of keys all read this table.
 *
 * An action has a name for people, its keys, whether it is on or cannot be done now and why, and what it does to the state.
 */

import { actualSize, fit, flip, invert, reset, step, turn } from "./cells";
import { startCutting, stopCutting } from "./cutting";
import { exportPicture, printView } from "./export_picture";
import { isKeyImage, keyRefusal, toggleKeyImage } from "./measure/key_images";
import { scrollActive } from "./scrolling";
import type { ToolName } from "./slots";
import { activeCell, type Change, change, stackOf, type Viewer } from "./state";

export type Group = "Tools" | "Measure" | "Cuts" | "Picture" | "Keep" | "Go" | "View";

export interface Action {
  readonly id: string;
  readonly words: string;
  /** As `event.key` has them, with "Shift+", "Ctrl+" before them; the first is the one that is told. */
  readonly keys: readonly string[];
  readonly group: Group;
  readonly run: () => void;
  /** Switches and tools tell whether they are on. */
  readonly isOn?: (now: Viewer) => boolean;
  /** A sentence where it cannot be done now. */
  readonly refusal?: (now: Viewer) => string;
}

const activeStack = (now: Viewer) => stackOf(now, activeCell(now));

const noPicture = (now: Viewer) => (activeStack(now) ? "" : "This cell shows no picture.");

function tool(name: ToolName, words: string, key: string, group: Group = "Tools"): Action {
  return { id: name, words, keys: [key], group, run: () => change(() => ({ tool: name })), isOn: (now) => now.tool === name };
}

function onPicture(
  id: string,
  words: string,
  keys: readonly string[],
  by: (now: Viewer) => Change,
  group: Group = "Picture",
): Action {
  return { id, words, keys, group, run: () => change(by), refusal: noPicture };
}

function toggle(id: string, words: string, key: string, name: "link" | "lines" | "texts" | "panel", group: Group = "View"): Action {
  return { id, words, keys: [key], group, run: () => change((now) => ({ [name]: !now[name] })), isOn: (now) => now[name] };
}

function go(id: string, words: string, keys: readonly string[], by: number | "first" | "last"): Action {
  return { id, words, keys, group: "Go", run: () => scrollActive(by), refusal: noPicture };
}

export function orderOf(now: Viewer): readonly string[] {
  return [...now.stacks.keys(), ...now.documents.keys()];
}

const TOOLS: readonly Action[] = [
  tool("window", "Window", "w"),
  tool("pan", "Pan", "p"),
  tool("zoom", "Zoom", "z"),
  tool("scroll", "Scroll", "s"),
  tool("magnify", "Magnifier", "g"),
  tool("length", "Length", "l", "Measure"),
  tool("angle", "Angle", "a", "Measure"),
  tool("cobb", "Cobb angle", "Shift+A", "Measure"),
  tool("ellipse", "Ellipse", "e", "Measure"),
  tool("rectangle", "Rectangle", "r", "Measure"),
  tool("probe", "Probe", "o", "Measure"),
];

const CUTS: readonly Action[] = [
  {
    id: "crosshair",
    words: "Crosshair",
    keys: ["x"],
    group: "Cuts",
    run: () => change((now) => ({ crosshairOn: !now.crosshairOn })),
    isOn: (now) => now.crosshairOn,
    refusal: (now) =>
      now.cutting || activeStack(now)?.frames[0]?.plane ? "" : "These images do not say where they lie in the patient.",
  },
  {
    id: "mpr",
    words: "Three planes (MPR)",
    keys: ["m"],
    group: "Cuts",
    run: () => change((now) => (now.cutting ? stopCutting(now) : startCutting(now))),
    isOn: (now) => now.cutting !== undefined,
    refusal: (now) => {
      const stack = activeStack(now);
      if (now.cutting) return "";
      return stack ? (stack.mpr.allowed ? "" : stack.mpr.sentence) : "This cell shows no picture.";
    },
  },
];

const PICTURE: readonly Action[] = [
  {
    id: "cine",
    words: "Play",
    keys: [" "],
    group: "Picture",
    run: () => change((now) => ({ cine: now.cine ? undefined : { factor: 1 } })),
    isOn: (now) => now.cine !== undefined,
    refusal: (now) => {
      const cell = activeCell(now);
      if (cell.cut !== "acquired") return "Cuts are not played; choose the images as acquired.";
      return (activeStack(now)?.frames.length ?? 0) > 1 ? "" : "There is one image only.";
    },
  },
  toggle("link", "Link cells by place", "y", "link", "Picture"),
  onPicture("rotate", "Rotate", ["Shift+R"], turn),
  onPicture("flip-vertical", "Flip top and bottom", ["v"], (now) => flip(now, "vertical")),
  onPicture("flip-horizontal", "Flip left and right", ["h"], (now) => flip(now, "horizontal")),
  onPicture("invert", "Invert", ["i"], invert),
  onPicture("fit", "Fit the cell", ["f"], fit),
  onPicture("actual-size", "One to one", ["Shift+F"], (now) => actualSize(now, window.devicePixelRatio || 1)),
  onPicture("reset", "Reset the picture", ["u"], reset),
];

const KEEP: readonly Action[] = [
  {
    id: "key-image",
    words: "Key image",
    keys: ["k"],
    group: "Keep",
    run: toggleKeyImage,
    isOn: isKeyImage,
    refusal: (now) => noPicture(now) || keyRefusal(),
  },
  { id: "save-picture", words: "Save the picture", keys: ["Shift+S"], group: "Keep", run: exportPicture, refusal: noPicture },
  { id: "print", words: "Print the view", keys: ["Ctrl+p"], group: "Keep", run: printView },
];

const GO: readonly Action[] = [
  go("next", "Next image", ["ArrowDown", "ArrowRight", "."], 1),
  go("previous", "Previous image", ["ArrowUp", "ArrowLeft", ","], -1),
  go("next-ten", "Ten images on", ["PageDown"], 10),
  go("previous-ten", "Ten images back", ["PageUp"], -10),
  go("first", "First image", ["Home"], "first"),
  go("last", "Last image", ["End"], "last"),
  onPicture("next-series", "Next series", ["Ctrl+ArrowRight", "Ctrl+ArrowDown"], (now) => step(now, orderOf(now), 1), "Go"),
  onPicture("previous-series", "Previous series", ["Ctrl+ArrowLeft", "Ctrl+ArrowUp"], (now) => step(now, orderOf(now), -1), "Go"),
];

const VIEW: readonly Action[] = [
  {
    id: "full",
    words: "This cell alone",
    keys: ["Enter"],
    group: "View",
    run: () => change((now) => ({ full: !now.full })),
    isOn: (now) => now.full,
  },
  toggle("texts", "Texts on the pictures", "t", "texts"),
  toggle("lines", "Reference lines", "n", "lines"),
  toggle("panel", "Side panel", "j", "panel"),
];

export const ACTIONS: readonly Action[] = [...TOOLS, ...CUTS, ...PICTURE, ...KEEP, ...GO, ...VIEW];

const BY_ID = new Map(ACTIONS.map((action) => [action.id, action]));

export function actionOf(id: string): Action {
  const found = BY_ID.get(id);
  if (!found) throw new Error(`the viewer has no action ${id}`);
  return found;
}

/** "L", "Shift R", "Space": a key as it is written on a tip. */
export function keyWords(key: string): string {
  const NAMES: Readonly<Record<string, string>> = { " ": "Space", ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→" };
  const parts = key.split("+");
  const last = parts.pop() ?? "";
  const name = NAMES[last] ?? (last.length === 1 ? last.toUpperCase() : last.replace("Page", "Page "));
  return [...parts, name].join(" ");
}
