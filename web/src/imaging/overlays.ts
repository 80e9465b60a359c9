/**
 * Overlay planes: the graphics of groups 6000 to 601E, and old ones in spare bits of the pixels (PS3.3 C.9.2).
 *
 * Attributes, the frame's index and its words come in; planes of one byte a pixel go out, with their place in the image, which may
 * be partly outside of it. A plane that claims more than its bytes hold is left out.
 */

import type { StoredValues } from "../model/images";
import { bytesOf, type DicomAttributes, numbersOf, type ReadBulk } from "./attributes";
import type { PixelLayout } from "./pixel_layout";

export interface OverlayPlane {
  /** 0x6000 to 0x601E. */
  readonly group: number;
  readonly label: string;
  readonly rows: number;
  readonly columns: number;
  /** Of its first pixel in the image, from 0; may be negative. */
  readonly top: number;
  readonly left: number;
  /** 1 where it is lit. */
  readonly bits: Uint8Array;
}

const GROUPS = Array.from({ length: 16 }, (_, index) => 0x6000 + 2 * index);
const PIXELS_MAX = 1 << 26;

export async function readOverlays(
  attributes: DicomAttributes,
  index: number,
  words: StoredValues,
  layout: PixelLayout,
  readBulk: ReadBulk,
): Promise<readonly OverlayPlane[]> {
  const planes: OverlayPlane[] = [];
  for (const group of GROUPS) {
    const plane = await readPlane(attributes, group, index, words, layout, readBulk);
    if (plane) planes.push(plane);
  }
  return planes;
}

async function readPlane(
  attributes: DicomAttributes,
  group: number,
  index: number,
  words: StoredValues,
  layout: PixelLayout,
  readBulk: ReadBulk,
): Promise<OverlayPlane | undefined> {
  const element = (number: string) => attributes.elementOfTag(group.toString(16).toUpperCase() + number);
  const number = (name: string, otherwise: number): number => numbersOf(element(name))[0] ?? otherwise;
  const [rows, columns] = [number("0010", 0), number("0011", 0)];
  if (rows < 1 || columns < 1 || rows * columns > PIXELS_MAX) return undefined;
  const count = number("0015", 0);
  const plane = count ? index - number("0051", 1) + 1 : 0;
  if (plane < 0 || plane >= Math.max(1, count)) return undefined;
  const [top = 1, left = 1] = numbersOf(element("0050")).map(signedShort);
  const data = element("3000");
  let bits: Uint8Array | undefined;
  if (data) bits = unpacked(await bytesOf(data, readBulk), plane * rows * columns, rows * columns);
  else if (number("0100", 1) > 1) bits = spareBits(words, layout, rows, columns, number("0102", 0));
  if (!bits) return undefined;
  const isRegion = element("0040")?.Value?.[0] === "R";
  const label = String(element("1500")?.Value?.[0] ?? element("0022")?.Value?.[0] ?? "");
  return { group, label, rows, columns, top: top - 1, left: left - 1, bits: isRegion ? outline(bits, rows, columns) : bits };
}

const signedShort = (value: number): number => (value > 0x7fff ? value - 0x10000 : value);

/** One bit a pixel, the least significant first, rows without gaps. */
function unpacked(bytes: Uint8Array, first: number, count: number): Uint8Array | undefined {
  if (bytes.length * 8 < first + count) return undefined;
  const out = new Uint8Array(count);
  for (let index = 0; index < count; index++) out[index] = ((bytes[(first + index) >> 3] as number) >> ((first + index) & 7)) & 1;
  return out;
}

function spareBits(words: StoredValues, layout: PixelLayout, rows: number, columns: number, bit: number): Uint8Array | undefined {
  const lowest = layout.highBit + 1 - layout.stored;
  const taken = bit >= lowest && bit <= layout.highBit;
  if (rows !== layout.rows || columns !== layout.columns || bit >= layout.allocated || taken) return undefined;
  return Uint8Array.from(words, (word) => (word >> bit) & 1);
}

/** Of a region the lit pixels that have a dark neighbour, or the border: it is to hide nothing. */
function outline(bits: Uint8Array, rows: number, columns: number): Uint8Array {
  const lit = (row: number, column: number): boolean =>
    row >= 0 && row < rows && column >= 0 && column < columns && bits[row * columns + column] === 1;
  return bits.map((bit, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    const inside = lit(row - 1, column) && lit(row + 1, column) && lit(row, column - 1) && lit(row, column + 1);
    return bit && !inside ? 1 : 0;
  });
}
