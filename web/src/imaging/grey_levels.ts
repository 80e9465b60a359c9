/**
 * From stored values to grey levels (PS3.4 N.2.1): Modality LUT, window, inversion, padding, each for every value a pixel can have.
 *
 * Pixels and a window come in, a picture of four bytes a pixel goes out. The formulas are computed once for each possible value,
 * never for each pixel, where values have up to 16 bits. Halves are rounded up; padding is black, inverted or not.
 */

import type { GreyPixels, StoredValues, Voi } from "../model/images";
import { modalityValue } from "./modality";
import { isNarrow } from "./value_counts";
import { level } from "./window";

type Words = Uint32Array<ArrayBuffer>;

const OPAQUE = 0xff000000;
const BLACK = OPAQUE;
const GREY = 0x010101;

/** The colours of a supplemental palette, for stored values from `first` on. */
export interface Supplement {
  readonly first: number;
  readonly words: Uint32Array;
}

/** Grey pixels some of whose values are colours. */
export interface SupplementedPixels extends GreyPixels {
  readonly supplement?: Supplement;
}

/** The grey level of one stored value, from 0 to 255. */
export function greyLevel(pixels: GreyPixels, voi: Voi, inverted: boolean, stored: number): number {
  const { padding, inverse } = pixels;
  if (padding && stored >= padding[0] && stored <= padding[1]) return 0;
  const found = level(modalityValue(pixels, stored), voi);
  const rounded = Number.isNaN(found) ? 0 : Math.min(Math.max(Math.floor(found + 0.5), 0), 255);
  return inverse !== inverted ? 255 - rounded : rounded;
}

interface Range {
  readonly low: number;
  readonly high: number;
}

const ranges = new WeakMap<StoredValues, Range>();

/** The lowest and the highest stored value, looked for once a frame: a table over what occurs is short. */
function rangeOf(stored: StoredValues): Range {
  const known = ranges.get(stored);
  if (known) return known;
  let [low, high] = [stored[0] ?? 0, stored[0] ?? 0];
  for (let index = 1; index < stored.length; index++) {
    const value = stored[index] as number;
    if (value < low) low = value;
    else if (value > high) high = value;
  }
  const range = { low, high };
  ranges.set(stored, range);
  return range;
}

/** Fills `out`, one word a pixel, with the picture. */
export function fillGrey(out: Words, pixels: SupplementedPixels, voi: Voi, inverted: boolean): void {
  const { stored } = pixels;
  if (isNarrow(stored)) {
    const { low, high } = rangeOf(stored);
    const table = new Uint32Array(high - low + 1);
    for (let index = 0; index < table.length; index++) table[index] = OPAQUE + GREY * greyLevel(pixels, voi, inverted, index + low);
    if (pixels.supplement) supplemented(table, low, pixels.supplement);
    for (let index = 0; index < out.length; index++) out[index] = table[(stored[index] as number) - low] as number;
    return;
  }
  for (let index = 0; index < out.length; index++) {
    const value = stored[index] as number;
    out[index] = Number.isFinite(value) ? OPAQUE + GREY * greyLevel(pixels, voi, inverted, value) : BLACK;
  }
}

function supplemented(table: Words, low: number, { first, words }: Supplement): void {
  for (let index = Math.max(0, first - low); index < table.length; index++) {
    table[index] = words[Math.min(index + low - first, words.length - 1)] as number;
  }
}

/** The grey levels of a frame, one byte a pixel. */
export function greyLevels(pixels: GreyPixels, voi: Voi, inverted: boolean): Uint8Array {
  const words = new Uint32Array(pixels.stored.length);
  fillGrey(words, pixels, voi, inverted);
  return Uint8Array.from(words, (word) => word & 0xff);
}
