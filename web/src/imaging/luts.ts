/**
 * Lookup tables of an image: Modality LUT, VOI LUT and palettes (PS3.3 C.11.1, C.11.2, C.7.6.3.1.5, C.7.9.2).
 *
 * Attributes come in, tables of unsigned words go out. An index outside of a table takes its first or last entry. A table whose
 * data are shorter than its descriptor promises is none: what is broken is left out and said, nothing is read beyond its end.
 */

import { bytesOf, type DicomAttributes, numbersOf, type ReadBulk } from "./attributes";

/** `first` is the value that the first entry is for. */
export interface Lut {
  readonly first: number;
  readonly bits: number;
  readonly entries: Uint16Array;
}

export type Palette = readonly [Lut, Lut, Lut];

const COLOURS = ["Red", "Green", "Blue"] as const;

/** The entry for a value. */
export function entryFor(table: Lut, value: number): number {
  const index = Math.min(Math.max(Math.round(value) - table.first, 0), table.entries.length - 1);
  return table.entries[index] ?? 0;
}

interface Descriptor {
  readonly count: number;
  readonly first: number;
  readonly bits: number;
}

function descriptorOf(item: DicomAttributes, keyword: string, signed: boolean): Descriptor | undefined {
  const [count, first, bits] = numbersOf(item.element(keyword));
  if (count === undefined || first === undefined || bits === undefined || bits < 1 || bits > 16) return undefined;
  const word = first & 0xffff;
  return { count: count & 0xffff || 0x10000, first: signed && word > 0x7fff ? word - 0x10000 : word, bits };
}

/** Entries as words: of 16 bits each, or of 8 bits two in a word. Undefined where there are too few. */
function wordsOf(bytes: Uint8Array, { count, bits }: Descriptor): Uint16Array | undefined {
  if (bytes.length >= 2 * count) return littleEndianWords(bytes, count);
  return bits <= 8 && bytes.length >= count ? Uint16Array.from(bytes.subarray(0, count)) : undefined;
}

function littleEndianWords(bytes: Uint8Array, count: number): Uint16Array {
  const words = new Uint16Array(count);
  for (let index = 0; index < count; index++) words[index] = (bytes[2 * index] ?? 0) | ((bytes[2 * index + 1] ?? 0) << 8);
  return words;
}

/** The table of an item of Modality LUT Sequence or VOI LUT Sequence. `signed`: its first value may be negative. */
export async function readLut(item: DicomAttributes, signed: boolean, readBulk: ReadBulk): Promise<Lut | undefined> {
  const descriptor = descriptorOf(item, "LUTDescriptor", signed);
  if (!descriptor) return undefined;
  const entries = wordsOf(await bytesOf(item.element("LUTData"), readBulk), descriptor);
  return entries && { first: descriptor.first, bits: descriptor.bits, entries };
}

/** The red, green and blue tables of an image; undefined where it has none, or one of them is broken. */
export async function readPalette(image: DicomAttributes, signed: boolean, readBulk: ReadBulk): Promise<Palette | undefined> {
  const channels = await Promise.all(
    COLOURS.map(async (colour): Promise<Lut | undefined> => {
      const name = `${colour}PaletteColorLookupTable`;
      const descriptor = descriptorOf(image, `${name}Descriptor`, signed);
      if (!descriptor) return undefined;
      const plain = image.element(`${name}Data`);
      const entries = plain
        ? wordsOf(await bytesOf(plain, readBulk), descriptor)
        : segmented(await bytesOf(image.element(`Segmented${name}Data`), readBulk), descriptor);
      return entries && { first: descriptor.first, bits: descriptor.bits, entries };
    }),
  );
  const [red, green, blue] = channels;
  return red && green && blue ? [red, green, blue] : undefined;
}

const DISCRETE = 0;
const LINEAR = 1;
const INDIRECT = 2;

/** The entries that segments describe (PS3.3 C.7.9.2); undefined where they break off, or give fewer than were promised. */
export function segmented(bytes: Uint8Array, { count, bits }: Pick<Descriptor, "count" | "bits">): Uint16Array | undefined {
  const width = bits / 8;
  const out: number[] = [];
  const word = (position: number): number => {
    if (position + width > bytes.length) throw new RangeError("the segments break off");
    return width === 1 ? (bytes[position] ?? 0) : (bytes[position] ?? 0) | ((bytes[position + 1] ?? 0) << 8);
  };
  const simple = (position: number): number => {
    const kind = word(position);
    const steps = word(position + width);
    const start = position + 2 * width;
    if (kind === DISCRETE) {
      for (let step = 0; step < steps; step++) out.push(word(start + step * width));
      return start + steps * width;
    }
    const before = out.at(-1);
    if (kind !== LINEAR || before === undefined) throw new RangeError("no segment that a palette may have");
    const end = word(start);
    for (let step = 1; step <= steps; step++) out.push(Math.round(before + ((end - before) * step) / steps));
    return start + width;
  };
  try {
    let position = 0;
    while (out.length < count && position + 2 * width <= bytes.length) {
      if (word(position) !== INDIRECT) {
        position = simple(position);
        continue;
      }
      const copies = word(position + width);
      const at = position + 2 * width;
      const parts = width === 1 ? 4 : 2;
      let source = 0;
      for (let part = parts - 1; part >= 0; part--) source = source * 2 ** (8 * width) + word(at + part * width);
      position = at + parts * width;
      for (let copy = 0; copy < copies && out.length < count; copy++) source = simple(source);
    }
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  return out.length < count ? undefined : Uint16Array.from(out.slice(0, count));
}
