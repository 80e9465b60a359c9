/**
 * Which series stand where when a study is opened (`docs/workstation.md`): by modality, as a reader would hang them.
 *
 * Stacks come in; a layout and the stack of each of its cells go out. Nothing here knows the screen but for its width.
 */

export const LAYOUTS = ["1x1", "1x2", "2x1", "1x3", "2x2", "2x3", "3x2", "3x3"] as const;
export type LayoutName = (typeof LAYOUTS)[number];

export function isLayout(text: string): text is LayoutName {
  return (LAYOUTS as readonly string[]).includes(text);
}

export function rowsOf(layout: LayoutName): number {
  return Number(layout[0]);
}

export function columnsOf(layout: LayoutName): number {
  return Number(layout[2]);
}

export function cellCount(layout: LayoutName): number {
  return rowsOf(layout) * columnsOf(layout);
}

/** "2x3" as "2 × 3": rows by columns. */
export function layoutWords(layout: LayoutName): string {
  return `${rowsOf(layout)} × ${columnsOf(layout)}`;
}

export interface Hanging {
  readonly layout: LayoutName;
  /** Stack ids by cell; fewer than cells where the study has no more. */
  readonly stackIds: readonly string[];
}

/** What hanging asks of a stack, or of a series whose images are not read yet. */
export interface Hangable {
  readonly id: string;
  readonly modality: string;
  readonly label: string;
  readonly frameCount: number;
  /** An attribute of its first image as text, its values with spaces between them; empty where it is not known. */
  say(keyword: string): string;
}

/** Screens at least this wide, in CSS pixels, have room for two pictures of a CT. */
const WIDE = 1280;

const SIDE_KINDS = /LOCALIZER|SCOUT|SCREEN SAVE|DOSE|PROJECTION IMAGE|REFORMATTED SCREEN/;
const LUNG_OR_BONE = /LUNG|BONE|KNOCHEN|LUNGE|OS\b|INNER EAR/;

/** Scouts, dose sheets and screenshots help, but nobody opens a study for them. */
export function isSideMatter(stack: Hangable): boolean {
  return SIDE_KINDS.test(`${stack.say("ImageType")} ${stack.label}`.toUpperCase()) || stack.frameCount === 0;
}

/** The layout and the stacks that a study opens with. `width` is the screen's, in CSS pixels. */
export function firstHanging(stacks: readonly Hangable[], width: number): Hanging {
  const matter = stacks.filter((stack) => !isSideMatter(stack));
  const candidates = matter.length > 0 ? matter : stacks.filter((stack) => stack.frameCount > 0);
  const modality = candidates[0]?.modality ?? "";
  const same = candidates.filter((stack) => stack.modality === modality);
  if (modality === "CT") return ofCt(same, width);
  if (modality === "MR") return ofMr(same);
  if (modality === "MG") return ofMammograms(same);
  if (["CR", "DX", "RG"].includes(modality)) return sideBySide(byView(same), 2);
  if (modality === "US" && same.length > 1 && same.every((stack) => stack.frameCount === 1)) return sideBySide(same, 4);
  return sideBySide(same, 1);
}

function sideBySide(stacks: readonly Hangable[], most: number): Hanging {
  const chosen = stacks.slice(0, most).map((stack) => stack.id);
  const layout = chosen.length <= 1 ? "1x1" : chosen.length === 2 ? "1x2" : "2x2";
  return { layout, stackIds: chosen };
}

/** A soft kernel beside a hard one where there is room; else the series with most images. */
function ofCt(stacks: readonly Hangable[], width: number): Hanging {
  const ranked = [...stacks].sort((a, b) => b.frameCount - a.frameCount);
  const isHard = (stack: Hangable) => LUNG_OR_BONE.test(`${stack.label} ${stack.say("ConvolutionKernel")}`.toUpperCase());
  const soft = ranked.find((stack) => !isHard(stack)) ?? ranked[0];
  const hard = ranked.find((stack) => isHard(stack) && stack !== soft);
  if (soft && hard && width >= WIDE) return { layout: "1x2", stackIds: [soft.id, hard.id] };
  return { layout: "1x1", stackIds: soft ? [soft.id] : [] };
}

const MR_ORDER = [/T1|MPRAGE|SPGR|TFE/, /FLAIR|T2/, /DWI|DIFF|TRACE|B1000/, /ADC/];

/** The usual weightings in their usual order, then what is left; one series alone is shown alone. */
function ofMr(stacks: readonly Hangable[]): Hanging {
  const left = [...stacks];
  const chosen: Hangable[] = [];
  for (const pattern of MR_ORDER) {
    const at = left.findIndex((stack) => pattern.test(stack.label.toUpperCase()));
    if (at >= 0) chosen.push(...left.splice(at, 1));
  }
  chosen.push(...left);
  return sideBySide(chosen, 4);
}

/** PA and AP before lateral views; else as they came. */
function byView(stacks: readonly Hangable[]): Hangable[] {
  const rank = (stack: Hangable) => {
    const view = `${stack.say("ViewPosition")} ${stack.label}`.toUpperCase();
    return /\b(PA|AP)\b/.test(view) ? 0 : /LAT|\bL{1,2}\b|\bRL\b/.test(view) ? 2 : 1;
  };
  return [...stacks].sort((a, b) => rank(a) - rank(b));
}

/** The right breast at the left, the left one at the right; CC above MLO. */
function ofMammograms(stacks: readonly Hangable[]): Hanging {
  const place = (stack: Hangable): number => {
    const side = stack.say("ImageLaterality") || stack.say("Laterality");
    const view = stack.say("ViewPosition").toUpperCase();
    const column = side === "R" ? 0 : side === "L" ? 1 : -1;
    const row = view === "CC" ? 0 : /MLO|ML|LM/.test(view) ? 1 : -1;
    return column < 0 || row < 0 ? -1 : row * 2 + column;
  };
  const cells: (string | undefined)[] = [undefined, undefined, undefined, undefined];
  for (const stack of stacks) {
    const at = place(stack);
    if (at >= 0) cells[at] ??= stack.id;
  }
  const placed = cells.filter((id) => id !== undefined);
  if (placed.length < stacks.length && placed.length < 4) return sideBySide(stacks, 4);
  if (cells[2] === undefined && cells[3] === undefined) return { layout: "1x2", stackIds: cells.slice(0, 2).map((id) => id ?? "") };
  return { layout: "2x2", stackIds: cells.map((id) => id ?? "") };
}
