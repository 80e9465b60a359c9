/**
 * The scale beside a picture: how long a round length is on the screen.
 *
 * A slot comes in, a length in CSS pixels with its words goes out; undefined where nothing says how large a pixel is.
 */

import { calibrationAt } from "@/imaging/calibration";
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
  const size = sizeInMiddle(slot);
  if (!size) return undefined;
  const zoom = slot.view.zoom ?? 1;
  const isTurned = slot.view.rotation % 2 === 1;
  const scale = roundScale(isTurned ? zoom / size.column : (zoom * slot.size.aspect) / size.row, slot.height * SHARE_MAX);
  return scale && { ...scale, words: [scale.words, size.label].filter(Boolean).join(" ") };
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

/** Millimetres of a pixel in the middle of the cell, with what must be said of them; an ultrasound picture differs by region. */
function sizeInMiddle(slot: PictureSlot): { row: number; column: number; label: string } | undefined {
  const { frame, plane } = slot;
  if (!frame) return plane && { row: plane.rowSpacing, column: plane.columnSpacing, label: "" };
  const middle = slot.toPicture({ x: slot.width / 2, y: slot.height / 2 });
  const { kind, row, column, rowUnit, columnUnit, label } = calibrationAt(frame, [middle]);
  const [down, across] = [MILLIMETRES[rowUnit], MILLIMETRES[columnUnit]];
  if (kind === "px" || !down || !across || !row || !column) return undefined;
  return { row: Math.abs(row) * down, column: Math.abs(column) * across, label };
}

const MILLIMETRES: Readonly<Record<string, number>> = { mm: 1, cm: 10 };
