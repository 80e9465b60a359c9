/**
 * How often each value occurs in a frame, padding left out: what automatic windows and percentiles are made from.
 *
 * Pixels come in, the values in the modality's unit in ascending order with their counts go out. Values of more than 16 bits are
 * counted in 65536 steps between their extremes, which stay exact.
 */

import type { GreyPixels, StoredValues } from "../model/images";
import { modalityValue } from "./modality";

export interface ValueCounts {
  readonly values: Float64Array;
  readonly counts: Uint32Array;
  /** All counts together. */
  readonly total: number;
}

const STEPS = 0x10000;

export const isNarrow = (stored: StoredValues): boolean => stored.BYTES_PER_ELEMENT <= 2;

/** The smallest value that an array of this kind can hold: 0, -128 or -32768. */
export function lowestOf(stored: StoredValues): number {
  if (stored instanceof Int8Array) return -0x80;
  return stored instanceof Int16Array ? -0x8000 : 0;
}

export function valueCounts(pixels: GreyPixels): ValueCounts {
  const { stored, padding } = pixels;
  const [low, high] = padding ?? [1, 0];
  if (isNarrow(stored)) {
    const lowest = lowestOf(stored);
    const bins = new Uint32Array(stored.BYTES_PER_ELEMENT === 1 ? 0x100 : STEPS);
    for (let index = 0; index < stored.length; index++) (bins[(stored[index] as number) - lowest] as number)++;
    if (padding) bins.fill(0, Math.max(low - lowest, 0), Math.max(high - lowest + 1, 0));
    return present(bins, (bin) => modalityValue(pixels, bin + lowest));
  }
  let smallest = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of stored) {
    if (!Number.isFinite(value) || (value >= low && value <= high)) continue;
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
  }
  if (smallest > largest) return { values: new Float64Array(), counts: new Uint32Array(), total: 0 };
  const step = (largest - smallest) / (STEPS - 1) || 1;
  const bins = new Uint32Array(STEPS);
  for (const value of stored) {
    if (value >= smallest && value <= largest && !(value >= low && value <= high)) {
      (bins[Math.round((value - smallest) / step)] as number)++;
    }
  }
  return present(bins, (bin) => modalityValue(pixels, bin === STEPS - 1 ? largest : smallest + bin * step));
}

function present(bins: Uint32Array, value: (bin: number) => number): ValueCounts {
  const found: { value: number; count: number }[] = [];
  let total = 0;
  bins.forEach((count, bin) => {
    if (count === 0) return;
    found.push({ value: value(bin), count });
    total += count;
  });
  found.sort((a, b) => a.value - b.value);
  return {
    values: Float64Array.from(found, (entry) => entry.value),
    counts: Uint32Array.from(found, (entry) => entry.count),
    total,
  };
}

/** The value below or at which `percent` of all values lie. */
export function percentile({ values, counts, total }: ValueCounts, percent: number): number {
  const wanted = (percent / 100) * total;
  let upto = 0;
  for (let index = 0; index < values.length; index++) {
    upto += counts[index] as number;
    if (upto >= wanted) return values[index] as number;
  }
  return values.at(-1) ?? 0;
}
