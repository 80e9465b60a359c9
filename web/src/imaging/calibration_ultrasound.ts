/**
 * The regions of an ultrasound picture, each with units of its own (PS3.3 C.8.5.5).
 *
 * A frame and the places of a measurement come in; what a pixel is there goes out. Centimetres become millimetres, other units stay
 * what they are; across a border, outside of every region, or where a region does not fit the picture, there are only pixels.
 */

import type { Attributes, ImageFrame, Point } from "../model/images";
import { type Calibration, inMillimetres, inPixels, NO_SIZE, spacingIn } from "./pixel_size";

export interface UltrasoundRegion {
  /** Counted from 1, as in the sequence. */
  readonly number: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly deltaColumn: number;
  readonly deltaRow: number;
  readonly columnUnit: string;
  readonly rowUnit: string;
  /** What the physical value is at column 0 and row 0 of the picture. */
  readonly originColumn: number;
  readonly originRow: number;
  /** Its pixels win where regions overlap. */
  readonly comesFirst: boolean;
}

const CLASSES = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.(6|6\.1|3|3\.1)$/;
/** PS3.3 Table C.8-17, but for lengths, which are shown in millimetres. */
const UNITS = ["", "%", "dB", "mm", "s", "Hz", "dB/s", "cm/s", "cm²", "cm²/s", "cm³", "cm³/s", "°"];
const MILLIMETRES_A_CENTIMETRE = 10;
/** A region may reach a little over the edge; one that is larger was made for another picture. */
const OVERHANG = 1.1;
const MISFIT = "The ultrasound region does not fit this picture.";

export function isUltrasound({ sopClassUid, attributes }: ImageFrame): boolean {
  return CLASSES.test(sopClassUid) || attributes.has("SequenceOfUltrasoundRegions");
}

export function regionsOf(attributes: Attributes): readonly UltrasoundRegion[] {
  return attributes.items("SequenceOfUltrasoundRegions").flatMap((item, index) => {
    const number = (keyword: string): number => item.number(keyword) ?? Number.NaN;
    const left = number("RegionLocationMinX0");
    const top = number("RegionLocationMinY0");
    const right = number("RegionLocationMaxX1");
    const bottom = number("RegionLocationMaxY1");
    const across = unitOf(number("PhysicalUnitsXDirection"));
    const down = unitOf(number("PhysicalUnitsYDirection"));
    const deltaColumn = number("PhysicalDeltaX") * across.factor;
    const deltaRow = number("PhysicalDeltaY") * down.factor;
    if (![left, top, right, bottom, deltaColumn, deltaRow].every(Number.isFinite) || right < left || bottom < top) return [];
    if (deltaColumn === 0 || deltaRow === 0) return [];
    const referenceColumn = left + (item.number("ReferencePixelX0") ?? 0);
    const referenceRow = top + (item.number("ReferencePixelY0") ?? 0);
    const atColumn = (item.number("ReferencePixelPhysicalValueX") ?? 0) * across.factor;
    const atRow = (item.number("ReferencePixelPhysicalValueY") ?? 0) * down.factor;
    const region: UltrasoundRegion = {
      number: index + 1,
      left,
      top,
      right,
      bottom,
      deltaColumn,
      deltaRow,
      columnUnit: across.name,
      rowUnit: down.name,
      originColumn: atColumn - referenceColumn * deltaColumn,
      originRow: atRow - referenceRow * deltaRow,
      comesFirst: ((item.number("RegionFlags") ?? 0) & 1) === 0,
    };
    return [region];
  });
}

function unitOf(code: number): { readonly name: string; readonly factor: number } {
  const name = UNITS[code] ?? "";
  return { name, factor: name === "mm" ? MILLIMETRES_A_CENTIMETRE : 1 };
}

export function ultrasoundAt(frame: ImageFrame, places: readonly Point[]): Calibration {
  const regions = regionsOf(frame.attributes);
  if (regions.length === 0) {
    const spacing = spacingIn(frame.attributes, "PixelSpacing");
    return spacing ? inMillimetres("PixelSpacing", spacing, "no regions") : inPixels(NO_SIZE);
  }
  const fitting = regions.filter((region) => fits(region, frame));
  const found = new Set(places.map((place) => regionAt(fitting, place)));
  const [region] = found;
  if (found.size > 1) return inPixels("The measurement crosses the border of an ultrasound region.");
  if (region) return calibrationOf(region);
  const isMisfit = places.some((place) => regions.some((one) => !fits(one, frame) && contains(one, place)));
  return inPixels(isMisfit || fitting.length === 0 ? MISFIT : "This is outside of the calibrated regions.");
}

/** The region of a place: one whose pixels come first before the others, the smallest of those. */
export function regionAt(regions: readonly UltrasoundRegion[], place: Point): UltrasoundRegion | undefined {
  const area = (region: UltrasoundRegion): number => (region.right - region.left) * (region.bottom - region.top);
  const [first] = regions
    .filter((region) => contains(region, place))
    .sort((one, other) => Number(other.comesFirst) - Number(one.comesFirst) || area(one) - area(other));
  return first;
}

/** Edges belong to a region up to the border of their pixels. */
function contains({ left, top, right, bottom }: UltrasoundRegion, { x, y }: Point): boolean {
  return x >= left - 0.5 && x <= right + 0.5 && y >= top - 0.5 && y <= bottom + 0.5;
}

function fits({ left, top, right, bottom }: UltrasoundRegion, { columns, rows }: ImageFrame): boolean {
  return left < columns && top < rows && right < columns * OVERHANG && bottom < rows * OVERHANG;
}

function calibrationOf(region: UltrasoundRegion): Calibration {
  const row = Math.abs(region.deltaRow);
  const column = Math.abs(region.deltaColumn);
  const { rowUnit, columnUnit } = region;
  const base = inMillimetres("SequenceOfUltrasoundRegions", [row, column]);
  const statement = base.statement.replace("region", `region ${region.number}`);
  if (rowUnit === "mm" && columnUnit === "mm") return { ...base, statement };
  if (!rowUnit && !columnUnit) return inPixels(`Ultrasound region ${region.number} has no units.`);
  const words = `Ultrasound region ${region.number}, ${column.toPrecision(3)} ${columnUnit || "px"} across and ${row.toPrecision(3)} ${rowUnit || "px"} down a pixel`;
  return { ...base, kind: "region", rowUnit, columnUnit, statement: words };
}

/** What the region says of one place: a velocity, a moment, a depth. Undefined outside of every region. */
export function physicalAt(
  frame: ImageFrame,
  place: Point,
): { readonly region: UltrasoundRegion; readonly value: Point } | undefined {
  const region = regionAt(
    regionsOf(frame.attributes).filter((one) => fits(one, frame)),
    place,
  );
  if (!region) return undefined;
  return {
    region,
    value: { x: region.originColumn + place.x * region.deltaColumn, y: region.originRow + place.y * region.deltaRow },
  };
}
