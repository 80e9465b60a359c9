/** Moments, sizes and shares of a recorded connection in words. */
import { byteCount, duration } from "@/base/text";
import type { LampState } from "@/parts/lamp";

/** A moment after the beginning: "0", "+0.9 ms", "+0.76 s", "+2 min 5 s". */
export function offset(seconds: number): string {
  return seconds < 0.00005 ? "0" : `+${span(seconds)}`;
}

/** A length of time with the digits that matter: "0.9 ms", "14.2 ms", "0.76 s". */
export function span(seconds: number): string {
  if (seconds < 0.0995) return `${(seconds * 1000).toFixed(1)} ms`;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 99.5) return `${seconds.toFixed(1)} s`;
  return duration(seconds);
}

/** "412 B", "526 KB"; nothing where nothing crossed. */
export function size(bytes: number | null): string {
  return bytes === null ? "" : byteCount(bytes);
}

/** "0010,0020" of an attribute. */
export function tagText(tag: number): string {
  const digits = tag.toString(16).toUpperCase().padStart(8, "0");
  return `${digits.slice(0, 4)},${digits.slice(4)}`;
}

const LAMPS: Readonly<Record<string, LampState>> = { busy: "busy", good: "good", changed: "partly", bad: "bad" };
const STANDINGS: Readonly<Record<string, string>> = {
  busy: "going on",
  good: "in order",
  changed: "partly",
  bad: "not in order",
};

export function lampOf(standing: string): LampState {
  return LAMPS[standing] ?? "unknown";
}

export function standingWords(standing: string): string {
  return STANDINGS[standing] ?? standing;
}

/** A UID in the middle of which something is left out, so that its ends can be compared: "1.2.826…2660796". */
export function shortened(text: string, most = 22): string {
  if (text.length <= most || !/^[0-9.]+$/.test(text)) return text;
  return `${text.slice(0, 8)}…${text.slice(-(most - 9))}`;
}

/** Attributes that are shown at once; the rest comes when it is asked for. */
const TELLING = new Set([
  0x00080005, 0x00080016, 0x00080052, 0x00080060, 0x00080070, 0x00081090, 0x00100010, 0x00100020, 0x00180050, 0x00200013,
  0x00280010, 0x00280011, 0x7fe00010,
]);
const FEW = 14;

/** The rows that say most about a data set; all of them where there are few. */
export function telling<Row extends { readonly tag: number; readonly depth: number }>(rows: readonly Row[]): readonly Row[] {
  return rows.length <= FEW ? rows : rows.filter((row) => row.depth === 0 && TELLING.has(row.tag));
}

export interface DumpRow {
  readonly offset: number;
  /** The header of the PDU, which begins the first row. */
  readonly head: string;
  readonly bytes: string;
  readonly text: string;
}

const BYTES_A_ROW = 12;
const HEADER_BYTES = 6;

/** Hexadecimal digits as rows of twelve bytes and what of them is printable. */
export function dump(hex: string): readonly DumpRow[] {
  const pairs = hex.match(/../g) ?? [];
  const found: DumpRow[] = [];
  for (let offset = 0; offset < pairs.length; offset += BYTES_A_ROW) {
    const row = pairs.slice(offset, offset + BYTES_A_ROW);
    const head = offset === 0 ? `${row.slice(0, HEADER_BYTES).join(" ")} ` : "";
    const bytes = (offset === 0 ? row.slice(HEADER_BYTES) : row).join(" ").padEnd(BYTES_A_ROW * 3 - 1 - head.length);
    const codes = row.map((pair) => Number.parseInt(pair, 16));
    const text = codes.map((code) => (code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : ".")).join("");
    found.push({ offset, head, bytes, text });
  }
  return found;
}

interface Answered {
  readonly id: number;
  readonly result: number | null;
  readonly messages: number;
}

const CONTEXTS_SHOWN = 6;

/** The contexts worth a look: those that were used and those that were refused; the first ones where that is too few. */
export function notable<Line extends Answered>(lines: readonly Line[]): readonly Line[] {
  if (lines.length <= CONTEXTS_SHOWN) return lines;
  const marked = lines.filter((line) => line.messages > 0 || line.result !== 0);
  const chosen = new Set((marked.length > 0 ? marked : lines).slice(0, CONTEXTS_SHOWN).map((line) => line.id));
  return lines.filter((line) => chosen.has(line.id));
}
