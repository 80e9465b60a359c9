/** A pair of devices as the address names it, and as the house is asked for its sheet. */
import type { HalfWords, SetupSheet } from "@/api/words";

export interface Pair {
  readonly node: string;
  /** What the node is, as a key; empty takes what is known of it. */
  readonly product: string;
  /** The first of the pair where it is not this device. */
  readonly other: string;
  readonly other_product: string;
  /** The address of this device to be entered there; empty takes the nearest. */
  readonly seen: string;
}

export type Question = Readonly<Record<string, string>>;

/** What the house is asked. */
export function questionOf(pair: Pair): Question {
  const { node, product, other, other_product, seen } = pair;
  return other && other !== node ? { node, product, other, other_product } : { node, product, address: seen };
}

/** What a telephone carries to the console: title, address, port. */
export function essentials(half: HalfWords): string {
  return `AE title ${half.at.ae_title}\nAddress ${half.at.host}\nPort ${half.at.port}`;
}

/** A sheet as plain text, to be sent. */
export function textOf(sheet: SetupSheet): string {
  return [sheet.here, sheet.there].map((half, place) => sideOf(half, place === 0 ? sheet.there : sheet.here)).join("\n\n");
}

function sideOf(half: HalfWords, other: HalfWords): string {
  const { at } = half;
  const [line] = half.lines;
  return [
    `On ${at.name} (${half.product}), ${at.ae_title} at ${at.host} port ${at.port}, enter ${other.at.name}:`,
    line ? `In ${line.where}:\n${line.text.replaceAll(/^/gm, "    ")}\n${line.then}.` : "",
    line?.mind ?? "",
    half.test ? `Then call it from there: ${half.test}` : "Then call it from there by C-ECHO.",
  ]
    .filter(Boolean)
    .join("\n");
}
