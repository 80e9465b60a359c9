/**
 * What a shape on a picture measures, in words and in numbers.
 *
 * A shape, the picture under it and the size of its pixels come in; the lines that stand beside it, the line in the list, and the numbers
 * for the report go out. Every number goes with the attribute that made it what it is.
 */

import { aspectOf, calibrationAt, calibrationOfCut } from "@/imaging/calibration";
import { physicalAt } from "@/imaging/calibration_ultrasound";
import { type Calibration, inPixels, NO_SIZE } from "@/imaging/pixel_size";
import type { Point } from "@/model/images";
import type { PictureSlot } from "../slots";
import { angleWords, areaWords, decimalsOf, lengthWords, valueWords } from "./rounding";
import { NAMES, type ShapeKind } from "./shapes";
import { colourAt, nearestPixel, statistics, valueAt } from "./statistics";
import { angle, area, cobb, distance } from "./sums";
import { valueScaleOf } from "./values";

export interface Quantity {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

export interface Reading {
  /** The number that matters: "62.3 mm", "35.1 HU". */
  readonly headline: string;
  /** What stands under it: "SD 7.6  5.96 cm²"; empty for none. */
  readonly second: string;
  /** In the list: its number, and a sentence under its name. */
  readonly listValue: string;
  readonly listWords: string;
  /** Where its size comes from: name, tag and keyword of the attribute, or why there is none. */
  readonly source: Source | undefined;
  readonly quantities: readonly Quantity[];
  /** The whole sentence of the calibration, kept in the report. */
  readonly statement: string;
}

export interface Source {
  readonly keyword: string;
  readonly name: string;
  readonly tag: string;
  /** What must be said wherever the number stands: "at detector", or the reason for pixels. */
  readonly label: string;
}

/** Of an ultrasound strip there are two units; everything else measures in one. */
export function calibrationOfShape(picture: PictureSlot, points: readonly Point[]): Calibration {
  if (picture.frame) return calibrationAt(picture.frame, points);
  const { plane } = picture;
  return plane ? calibrationOfCut([plane.rowSpacing, plane.columnSpacing]) : inPixels(NO_SIZE);
}

export function readingOf(picture: PictureSlot, kind: ShapeKind, points: readonly Point[]): Reading {
  const calibration = calibrationOfShape(picture, points);
  switch (kind) {
    case "length":
      return readLength(calibration, points);
    case "angle":
    case "cobb":
      return readAngle(picture, calibration, kind, points);
    case "probe":
      return readProbe(picture, calibration, points);
    default:
      return readRegion(picture, calibration, kind, points);
  }
}

function sourceOf({ keyword, name, tag, label }: Calibration): Source {
  return { keyword, name, tag, label };
}

function readLength(calibration: Calibration, points: readonly Point[]): Reading {
  const [from, to] = points;
  if (!from || !to) return NOTHING;
  if (calibration.kind === "region") return readStrip(calibration, from, to);
  const value = distance(from, to, calibration);
  const unit = calibration.columnUnit;
  const words = lengthWords(value, unit);
  return {
    headline: words,
    second: "",
    listValue: words,
    listWords: calibration.statement,
    source: sourceOf(calibration),
    quantities: [{ name: "length", value, unit }],
    statement: calibration.statement,
  };
}

/** A line in a strip of time or velocity measures both, and no length (PS3.3 C.8.5.5). */
function readStrip(calibration: Calibration, from: Point, to: Point): Reading {
  const parts = [
    { value: Math.abs(to.x - from.x) * calibration.column, unit: calibration.columnUnit },
    { value: Math.abs(to.y - from.y) * calibration.row, unit: calibration.rowUnit },
  ].filter(({ unit }) => unit !== "");
  const words = parts.map(({ value, unit }) => lengthWords(value, unit));
  return {
    headline: words[0] ?? "",
    second: words.slice(1).join("  "),
    listValue: words[0] ?? "",
    listWords: [...words.slice(1), calibration.statement].join(", "),
    source: sourceOf(calibration),
    quantities: parts.map(({ value, unit }) => ({ name: STRIP_NAMES[unit] ?? "value", value, unit })),
    statement: calibration.statement,
  };
}

const STRIP_NAMES: Readonly<Record<string, string>> = { s: "time", "cm/s": "velocity", mm: "length" };

function readAngle(picture: PictureSlot, calibration: Calibration, kind: ShapeKind, points: readonly Point[]): Reading {
  const aspect = picture.frame ? aspectOf(calibration, picture.frame) : picture.size.aspect;
  const value = kind === "cobb" ? cobb(points, aspect) : angle(points, aspect);
  const statement =
    Math.abs(aspect - 1) < 1e-3 ? "An angle needs no size of a pixel." : `Pixels are ${aspect.toFixed(3)} times as high as wide.`;
  return {
    headline: angleWords(value),
    second: kind === "cobb" ? NAMES.cobb : "",
    listValue: angleWords(value),
    listWords: statement,
    source: undefined,
    quantities: [{ name: "angle", value, unit: "°" }],
    statement,
  };
}

function readProbe(picture: PictureSlot, calibration: Calibration, points: readonly Point[]): Reading {
  const [place] = points;
  const { pixels } = picture;
  if (!place || !pixels) return NOTHING;
  const { x, y } = nearestPixel(place);
  const where = `column ${x}, row ${y}`;
  const base = { second: "", source: undefined, statement: "" };
  if (pixels.kind === "colour") {
    const colour = colourAt(pixels, place);
    const words = colour ? colour.join(", ") : "outside";
    return { ...base, headline: words, listValue: words, listWords: `red, green, blue, ${where}`, quantities: [] };
  }
  const scale = valueScaleOf(picture.frame, pixels, picture.stack.modality);
  const raw = valueAt(pixels, x, y);
  if (raw === undefined) {
    return { ...base, headline: "no value", listValue: "no value", listWords: `padding or outside, ${where}`, quantities: [] };
  }
  const value = raw * scale.factor;
  const words = [valueWords(value), scale.unit].filter(Boolean).join(" ");
  const physical = calibration.kind === "region" ? physicalWords(picture, place) : "";
  return {
    headline: words,
    second: physical,
    listValue: words,
    listWords: [where, physical, scale.note].filter(Boolean).join(", "),
    source: undefined,
    quantities: [{ name: "value", value, unit: scale.unit }],
    statement: scale.note,
  };
}

/** What a strip of an ultrasound picture says of a place: "0.42 s, 35.1 cm/s". */
function physicalWords(picture: PictureSlot, place: Point): string {
  const found = picture.frame && physicalAt(picture.frame, place);
  if (!found) return "";
  const { region, value } = found;
  const parts = [
    { value: value.x, unit: region.columnUnit },
    { value: value.y, unit: region.rowUnit },
  ];
  return parts
    .filter(({ unit }) => unit !== "")
    .map(({ value, unit }) => `${value.toFixed(2)} ${unit}`)
    .join(", ");
}

/** Values without a unit are compared, not read off: from here on without decimals. */
const WHOLE_MEAN = 100;

function readRegion(picture: PictureSlot, calibration: Calibration, kind: ShapeKind, points: readonly Point[]): Reading {
  const sized = calibration.kind === "region" ? inPixels("The units of this ultrasound region make no area.") : calibration;
  const surface = area(kind, points, sized);
  const unit = `${sized.columnUnit}²`;
  const areaText = areaWords(surface, unit);
  const base = {
    listValue: areaText,
    source: sourceOf(sized),
    statement: sized.statement,
  };
  const size: Quantity = { name: "area", value: surface, unit };
  const { pixels } = picture;
  const scale = valueScaleOf(picture.frame, pixels, picture.stack.modality);
  const found = pixels?.kind === "grey" ? statistics(pixels, kind, points, scale.factor) : undefined;
  if (!found) return { ...base, headline: areaText, second: "", listWords: scale.note || "no pixel inside", quantities: [size] };
  const decimals = scale.unit || Math.abs(found.mean) < WHOLE_MEAN ? decimalsOf(found.deviation) : 0;
  const tell = (value: number): string => value.toFixed(decimals);
  const whole = (value: number): string => (Number.isInteger(value) ? String(value) : tell(value));
  const mean = scale.unit ? `${tell(found.mean)} ${scale.unit}` : `mean ${tell(found.mean)}`;
  const spread = `SD ${tell(found.deviation)}`;
  const range = `${whole(found.minimum)} to ${whole(found.maximum)}`;
  const listed = [`mean ${tell(found.mean)}`, spread, range, scale.unit || scale.note, `${found.count} pixels`];
  return {
    ...base,
    headline: mean,
    second: `${spread}  ${areaText}`,
    listWords: listed.slice(0, 4).filter(Boolean).join(", "),
    quantities: [
      size,
      { name: "mean", value: found.mean, unit: scale.unit },
      { name: "standard_deviation", value: found.deviation, unit: scale.unit },
      { name: "minimum", value: found.minimum, unit: scale.unit },
      { name: "maximum", value: found.maximum, unit: scale.unit },
    ],
  };
}

const NOTHING: Reading = {
  headline: "",
  second: "",
  listValue: "",
  listWords: "",
  source: undefined,
  quantities: [],
  statement: "",
};
