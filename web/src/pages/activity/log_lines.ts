/**
 * The lines of the log as a page keeps them: in order, each once, bounded, and those that are looked for.
 *
 * Lines of `/api/log` and of the live event `log` come in; what is shown goes out.
 */
import type { LogLineWords } from "@/api/words";

/** How many lines a page keeps; the log file has the rest. */
export const KEPT = 2000;

/** Both in the order of their serials, each once, the oldest dropped past KEPT. */
export function joinedLines(known: readonly LogLineWords[], more: readonly LogLineWords[]): readonly LogLineWords[] {
  const last = known.at(-1)?.serial ?? 0;
  const later = more.filter((line) => line.serial > last);
  const earlier = more.filter((line) => line.serial <= last);
  let all = known;
  if (earlier.some((line) => !known.some((one) => one.serial === line.serial))) {
    const bySerial = new Map([...earlier, ...known].map((line) => [line.serial, line]));
    all = [...bySerial.values()].sort((one, other) => one.serial - other.serial);
  }
  if (later.length === 0) return all.length > KEPT ? all.slice(-KEPT) : all;
  return [...all, ...later].slice(-KEPT);
}

export const LEVELS = ["all", "warnings", "errors"] as const;
export type Level = (typeof LEVELS)[number];

/** Warnings are warnings and worse. */
export function isOfLevel(line: LogLineWords, level: Level): boolean {
  if (level === "all") return true;
  const severe = line.level === "ERROR" || line.level === "CRITICAL";
  return severe || (level === "warnings" && line.level === "WARNING");
}

/** Those of a level that have all words of a search. */
export function looked(lines: readonly LogLineWords[], level: Level, search: string): readonly LogLineWords[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (level === "all" && words.length === 0) return lines;
  return lines.filter((line) => {
    if (!isOfLevel(line, level)) return false;
    const text = `${line.room} ${line.text}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** A text in runs: those that match one of the words of a search, and those between. */
export function marked(text: string, search: string): readonly { readonly text: string; readonly hit: boolean }[] {
  const words = search.split(/\s+/).filter(Boolean);
  if (words.length === 0) return [{ text, hit: false }];
  const pattern = new RegExp(`(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "gi");
  return text
    .split(pattern)
    .map((run, place) => ({ text: run, hit: place % 2 === 1 }))
    .filter((run) => run.text !== "");
}

/** A gap as wide as this is a restart, after which serials go on from the clock: a microsecond each. */
const RESTART = 500_000;

/** How many lines went by unseen before a line: between two looks of the house more were said than it keeps. By serial. */
export function unseen(lines: readonly LogLineWords[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  lines.forEach((line, place) => {
    const before = lines[place - 1];
    const gap = before ? line.serial - before.serial - 1 : 0;
    if (gap > 0 && gap < RESTART) found.set(line.serial, gap);
  });
  return found;
}
