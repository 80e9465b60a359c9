/**
 * A pixel's size as it is told: a number for each direction, the attribute that gave it, and what must be said with it.
 *
 * An attribute's values come in, a `Calibration` goes out; which attribute may be asked is decided in `calibration`.
 */

import type { Attributes } from "../model/images";

export interface Calibration {
  /** Millimetres, units of their own in both directions (an ultrasound region), or pixels. */
  readonly kind: "mm" | "region" | "px";
  /** How many units one row and one column further are; 1 for pixels. */
  readonly row: number;
  readonly column: number;
  readonly rowUnit: string;
  readonly columnUnit: string;
  /** The attribute that gave them: keyword, name and tag; empty for pixels. */
  readonly keyword: string;
  readonly name: string;
  readonly tag: string;
  /** A few words where the number needs them: "at detector", "÷ 1.07 (ERMF)"; for pixels the reason. */
  readonly label: string;
  /** The whole sentence, for tips, lists and reports. */
  readonly statement: string;
}

export const NO_SIZE = "No attribute of this image gives a size in the patient.";

/** Names and tags of the attributes that may give a size. */
const SOURCES = {
  PixelSpacing: ["Pixel Spacing", "(0028,0030)"],
  ImagerPixelSpacing: ["Imager Pixel Spacing", "(0018,1164)"],
  NominalScannedPixelSpacing: ["Nominal Scanned Pixel Spacing", "(0018,2010)"],
  ObjectPixelSpacingInCenterOfBeam: ["Object Pixel Spacing in Center of Beam", "(0018,9404)"],
  ImagePlanePixelSpacing: ["Image Plane Pixel Spacing", "(3002,0011)"],
  SequenceOfUltrasoundRegions: ["Ultrasound region", "(0018,6011)"],
} as const;
export type Source = keyof typeof SOURCES;

/** Millimetres between rows, and between columns. */
export type Spacing = readonly [number, number];

/** Both values of a spacing; undefined unless both are there and above nothing. */
export function spacingIn(attributes: Attributes, keyword: string): Spacing | undefined {
  const [row, column] = attributes.numbers(keyword);
  if (row === undefined || column === undefined || !(row > 0) || !(column > 0)) return undefined;
  return Number.isFinite(row) && Number.isFinite(column) ? [row, column] : undefined;
}

export function inPixels(reason: string): Calibration {
  return {
    kind: "px",
    row: 1,
    column: 1,
    rowUnit: "px",
    columnUnit: "px",
    keyword: "",
    name: "",
    tag: "",
    label: reason,
    statement: reason,
  };
}

export function inMillimetres(source: Source, spacing: Spacing, label = ""): Calibration {
  const [name, tag] = SOURCES[source];
  const [row, column] = spacing;
  return {
    kind: "mm",
    row,
    column,
    rowUnit: "mm",
    columnUnit: "mm",
    keyword: source,
    name,
    tag,
    label,
    statement: [`${name}, ${sizeWords(spacing)} a pixel`, label].filter(Boolean).join(", "),
  };
}

const SAME = 1e-4;

/** "0.859 mm", "0.545 by 0.597 mm" (rows first). */
function sizeWords([row, column]: Spacing): string {
  const digits = (value: number): string => (value < 0.1 ? value.toPrecision(3) : value.toFixed(3));
  return Math.abs(row - column) <= SAME * row ? `${digits(row)} mm` : `${digits(row)} by ${digits(column)} mm`;
}
