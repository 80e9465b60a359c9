/**
 * The scale beside a picture: how long a round length is on the screen.
 *
 * A slot comes in, a length in CSS pixels with its words goes out; undefined where nothing says how large a pixel is.
 */

import type { PictureSlot } from "./slots";

export interface Scale {
  /** CSS pixels. */
  readonly length: number;
  /** "10 cm", "5 mm". */
  readonly words: string;
  readonly parts: number;
}

/** The bar takes at most this much of the cell's height. */
const SHARE_MAX = 0.45;

export function scaleOf(slot: PictureSlot): Scale | undefined {
  const millimetres = millimetresDown(slot);
  if (!millimetres) return undefined;
  const pixels = (slot.view.zoom ?? 1) * slot.size.aspect;
  return roundScale(pixels / millimetres, slot.height * SHARE_MAX);
}

/** The longest of 1, 2, 5, 10 ... millimetres that fits. */
export function roundScale(pixelsAMillimetre: number, most: number): Scale | undefined {
  const longest = most / pixelsAMillimetre;
  if (!Number.isFinite(longest) || longest <= 0) return undefined;
  const power = 10 ** Math.floor(Math.log10(longest));
  const factor = longest >= 5 * power ? 5 : longest >= 2 * power ? 2 : 1;
  const length = factor * power;
  const words = length >= 10 ? `${length / 10} cm` : `${Number(length.toPrecision(1))} mm`;
  return { length: length * pixelsAMillimetre, words, parts: factor === 1 ? 10 : factor === 2 ? 4 : 5 };
}

/** Millimetres a row of the picture, where they are the patient's. */
function millimetresDown(slot: PictureSlot): number | undefined {
  return slot.plane?.rowSpacing;
}
