/**
 * How a frame's values lie in its bytes (PS3.5 8.1.1, PS3.3 C.7.6.3): bits in words, signs, one-bit pixels, floats.
 *
 * A frame's attributes and its native bytes, little endian, come in; numbers go out. Bits outside of the stored ones (old overlays)
 * never count. A frame with fewer bytes than its attributes promise is filled up with zeros, and `wholeRows` says how much is there.
 */

import type { ImageFrame, StoredValues } from "../model/images";

export interface PixelLayout {
  readonly rows: number;
  readonly columns: number;
  readonly samples: number;
  readonly allocated: number;
  readonly stored: number;
  readonly highBit: number;
  readonly signed: boolean;
  readonly photometric: string;
  readonly planar: boolean;
  /** Float or Double Float Pixel Data (PS3.3 C.7.6.24, C.7.6.25). */
  readonly float: boolean;
}

/** The layout that a frame's attributes describe; throws a sentence where they make no sense. */
export function layoutOf(frame: ImageFrame): PixelLayout {
  const { attributes, rows, columns } = frame;
  const double = attributes.has("DoubleFloatPixelData");
  const float = double || attributes.has("FloatPixelData");
  const allocated = float ? (double ? 64 : 32) : (attributes.number("BitsAllocated") ?? 0);
  const stored = float ? allocated : (attributes.number("BitsStored") ?? allocated);
  const highBit = float ? allocated - 1 : (attributes.number("HighBit") ?? stored - 1);
  const layout = {
    rows,
    columns,
    samples: attributes.number("SamplesPerPixel") ?? 1,
    allocated,
    stored: Math.min(stored, allocated),
    highBit,
    signed: attributes.number("PixelRepresentation") === 1,
    photometric: attributes.text("PhotometricInterpretation"),
    planar: attributes.number("PlanarConfiguration") === 1,
    float,
  };
  if (!(rows > 0 && columns > 0)) throw new Error("This instance does not say how many rows and columns its picture has.");
  if (![1, 8, 16, 32, 64].includes(allocated)) throw new Error(`Pixels of ${allocated} bits (0028,0100) cannot be shown.`);
  if (highBit + 1 < stored || highBit >= allocated) {
    throw new Error(`The pixels make no sense: ${stored} bits stored (0028,0101) below high bit ${highBit} (0028,0102).`);
  }
  return layout;
}

/** How many bytes one frame has. */
export function frameBytes(layout: PixelLayout): number {
  return Math.ceil((layout.rows * layout.columns * layout.samples * layout.allocated) / 8);
}

/** How many rows are there whole. */
export const wholeRows = (layout: PixelLayout, byteLength: number): number =>
  Math.min(layout.rows, Math.floor((byteLength / frameBytes(layout)) * layout.rows));

/** The words of a frame of one sample as they came; a view of `bytes` where these suffice. */
export function wordsOf(bytes: ArrayBuffer, layout: PixelLayout): StoredValues {
  const needed = frameBytes(layout);
  const whole = bytes.byteLength >= needed ? bytes : filledUp(bytes, needed);
  const count = layout.rows * layout.columns * layout.samples;
  if (layout.float) return layout.allocated === 64 ? new Float64Array(whole, 0, count) : new Float32Array(whole, 0, count);
  if (layout.allocated === 1) return unpackedBits(new Uint8Array(whole), count);
  if (layout.allocated === 8) return new Uint8Array(whole, 0, count);
  if (layout.allocated === 16) return new Uint16Array(whole, 0, count);
  if (layout.allocated === 32) return new Uint32Array(whole, 0, count);
  throw new Error(`Integers of ${layout.allocated} bits cannot be shown.`);
}

function filledUp(bytes: ArrayBuffer, length: number): ArrayBuffer {
  const whole = new Uint8Array(length);
  whole.set(new Uint8Array(bytes));
  return whole.buffer;
}

/** One byte a pixel; the first pixel is the least significant bit (PS3.5 8.1.1). */
function unpackedBits(bytes: Uint8Array, count: number): Uint8Array {
  const out = new Uint8Array(count);
  for (let index = 0; index < count; index++) out[index] = ((bytes[index >> 3] as number) >> (index & 7)) & 1;
  return out;
}

/** What the words mean: their stored bits, with a sign where there is one. Changes `words` in place where bits have to go. */
export function valuesOf(words: StoredValues, layout: PixelLayout): StoredValues {
  if (layout.float || layout.allocated === 1) return words;
  const shift = layout.highBit + 1 - layout.stored;
  const values = layout.signed ? signedView(words) : words;
  if (layout.stored === layout.allocated) return values;
  const above = 32 - layout.stored - shift;
  const spare = 32 - layout.stored;
  if (layout.signed) {
    for (let index = 0; index < values.length; index++) values[index] = ((words[index] as number) << above) >> spare;
  } else {
    for (let index = 0; index < values.length; index++) values[index] = ((words[index] as number) << above) >>> spare;
  }
  return values;
}

function signedView(words: StoredValues): StoredValues {
  const { buffer, byteOffset, length } = words;
  if (words.BYTES_PER_ELEMENT === 1) return new Int8Array(buffer, byteOffset, length);
  return words.BYTES_PER_ELEMENT === 2 ? new Int16Array(buffer, byteOffset, length) : new Int32Array(buffer, byteOffset, length);
}
