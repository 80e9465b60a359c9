/**
 * Colour pictures as red, green and blue (PS3.3 C.7.6.3.1.2, C.7.6.3.1.5): RGB, YBR and palettes.
 *
 * Native samples and what they are come in, four bytes a pixel go out. How the server left the samples of a decoded codestream is
 * decided by `stored_form`; here PlanarConfiguration and subsampling are what the bytes are, not what an attribute once said.
 */

import type { StoredValues } from "../model/images";
import type { Lut, Palette } from "./luts";
import type { PixelLayout } from "./pixel_layout";

type Rgba = Uint8ClampedArray<ArrayBuffer>;

const RGB_LIKE = new Set(["RGB", "YBR_RCT", "YBR_ICT"]);

/** The picture of three samples a pixel; throws a sentence for samples that nobody can know. */
export function rgbaOf(bytes: ArrayBuffer, layout: PixelLayout): Rgba {
  const { photometric, rows, columns } = layout;
  const known = RGB_LIKE.has(photometric) || photometric.startsWith("YBR_FULL") || photometric === "YBR_PARTIAL_422";
  if (layout.samples !== 3 || !known) {
    throw new Error(`A picture of ${layout.samples} samples of ${photometric || "no Photometric Interpretation"} cannot be shown.`);
  }
  const count = rows * columns;
  const samples = eightBits(bytes, layout);
  const rgba = new Uint8ClampedArray(4 * count).fill(255);
  const subsampled = photometric.endsWith("_422") && samples.length < 3 * count;
  if (subsampled) pairs(samples, rgba, count);
  else spread(samples, rgba, count, layout.planar);
  if (photometric.startsWith("YBR_FULL")) fromYbr(rgba, false);
  if (photometric === "YBR_PARTIAL_422") fromYbr(rgba, true);
  return rgba;
}

function spread(samples: Uint8Array, rgba: Rgba, count: number, planar: boolean): void {
  const step = planar ? 1 : 3;
  const next = planar ? count : 1;
  for (let pixel = 0, from = 0, to = 0; pixel < count; pixel++, from += step, to += 4) {
    rgba[to] = samples[from] as number;
    rgba[to + 1] = samples[from + next] as number;
    rgba[to + 2] = samples[from + 2 * next] as number;
  }
}

/** Two pixels share their chrominance: Y Y Cb Cr. */
function pairs(samples: Uint8Array, rgba: Rgba, count: number): void {
  for (let from = 0, to = 0; to < 4 * count; from += 4, to += 8) {
    rgba[to] = samples[from] as number;
    rgba[to + 4] = samples[from + 1] as number;
    rgba[to + 1] = rgba[to + 5] = samples[from + 2] as number;
    rgba[to + 2] = rgba[to + 6] = samples[from + 3] as number;
  }
}

/** In place; the clamped array rounds and bounds. */
function fromYbr(rgba: Rgba, partial: boolean): void {
  const [scale, black, red, greenByBlue, greenByRed, blue] = partial
    ? ([1.1644, 16, 1.596, 0.3917, 0.813, 2.0173] as const)
    : ([1, 0, 1.402, 0.344136, 0.714136, 1.772] as const);
  for (let at = 0; at < rgba.length; at += 4) {
    const y = ((rgba[at] as number) - black) * scale;
    const cb = (rgba[at + 1] as number) - 128;
    const cr = (rgba[at + 2] as number) - 128;
    rgba[at] = y + red * cr;
    rgba[at + 1] = y - greenByBlue * cb - greenByRed * cr;
    rgba[at + 2] = y + blue * cb;
  }
}

/** Samples cut, or stretched, to eight bits. */
function eightBits(bytes: ArrayBuffer, layout: PixelLayout): Uint8Array {
  const { allocated, stored, highBit } = layout;
  if (allocated === 8 && stored === 8) return new Uint8Array(bytes);
  const words = allocated === 8 ? new Uint8Array(bytes) : new Uint16Array(bytes, 0, bytes.byteLength >> 1);
  if (allocated > 16) throw new Error(`Colour of ${allocated} bits a sample cannot be shown.`);
  const out = new Uint8Array(words.length);
  const shift = highBit + 1 - stored;
  const highest = 2 ** stored - 1;
  for (let index = 0; index < out.length; index++) {
    const value = ((words[index] as number) >> shift) & highest;
    out[index] = stored >= 8 ? value >> (stored - 8) : Math.round((value * 255) / highest);
  }
  return out;
}

/** A palette's colours of stored values. Each colour has a first value of its own. */
export function paletteColours(stored: StoredValues, palette: Palette): Rgba {
  const rgba = new Uint8ClampedArray(4 * stored.length).fill(255);
  const wide = palette.some(({ entries }) => entries.some((entry) => entry > 255));
  palette.forEach((channel, colour) => {
    const entries = wide ? channel.entries.map((entry) => entry >> 8) : channel.entries;
    fill(rgba, colour, stored, { ...channel, entries });
  });
  return rgba;
}

function fill(rgba: Rgba, colour: number, stored: StoredValues, { entries, first }: Lut): void {
  const last = entries.length - 1;
  for (let pixel = 0, to = colour; pixel < stored.length; pixel++, to += 4) {
    const index = (stored[pixel] as number) - first;
    rgba[to] = entries[index < 0 ? 0 : index > last ? last : index] as number;
  }
}
