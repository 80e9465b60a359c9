/**
 * Which action a key means. Keys belong to the viewer unless somebody types, chooses in a menu, or a dialog is open.
 *
 * An event's key and its modifiers come in, an action's id or a preset's number goes out; where a button has the focus, Space and
 * Enter press it and nothing else.
 */

import { ACTIONS } from "./actions";

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

const BY_KEY = new Map(ACTIONS.flatMap((action) => action.keys.map((key) => [key, action.id] as const)));

/** A key with its modifiers as the table of actions writes it. Shift is told of letters and named keys, not of signs it makes. */
export function chord(press: KeyPress): string {
  const { key } = press;
  const isLetter = key.length === 1 && key.toLowerCase() !== key.toUpperCase();
  const modifiers = [press.ctrlKey || press.metaKey ? "Ctrl" : "", press.shiftKey && (isLetter || key.length > 1) ? "Shift" : ""];
  const name = isLetter ? (press.shiftKey ? key.toUpperCase() : key.toLowerCase()) : key;
  return [...modifiers.filter(Boolean), name].join("+");
}

/** The id of the action that a key means. */
export function actionFor(press: KeyPress): string | undefined {
  return press.altKey ? undefined : BY_KEY.get(chord(press));
}

/** 1 to 9 are presets; 0 is the window of the file. */
export function presetFor(press: KeyPress): number | undefined {
  if (press.ctrlKey || press.metaKey || press.altKey) return undefined;
  return /^\d$/.test(press.key) ? Number(press.key) : undefined;
}

const TYPING =
  "input, textarea, select, [contenteditable='true'], [role='menu'], [role='listbox'], [role='dialog'], [role='textbox']";
const PRESSABLE = "button, a[href], summary, [role='button'], [role='switch'], [role='tab']";

/** Whether a key pressed here is somebody else's. */
export function isElsewhere(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest(TYPING)) return true;
  return (key === " " || key === "Enter") && target.closest(PRESSABLE) !== null;
}
