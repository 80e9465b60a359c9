/**
 * Windows: what turns a value in the modality's unit into a grey level (PS3.3 C.11.2), and which ones a picture is offered.
 *
 * A frame's attributes and its pixels come in; windows, and levels from 0 to 255, go out. The formulas are those printed in
 * C.11.2.1.2.1, C.11.2.1.3.1 and C.11.2.1.3.2; a picture that names no window gets the one that the server gives it too,
 * but for PET whose uptake is known.
 */

import type { GreyPixels, ImageFrame, Voi, VoiChoice, VoiFunction } from "../model/images";
import type { DicomAttributes, ReadBulk } from "./attributes";
import { entryFor, type Lut, readLut } from "./luts";
import { isInHounsfieldUnits, isSecondaryCapture } from "./modality";
import { suvOf } from "./suv";
import { percentile, type ValueCounts, valueCounts } from "./value_counts";

/** A VOI LUT: values through a table. Its center and width are the range that the table is for, where a hand begins to drag. */
export interface TableVoi extends Voi {
  readonly table: Lut;
}

export const hasTable = (voi: Voi): voi is TableVoi => "table" in voi;

const WHITE = 255;
const FUNCTIONS: readonly VoiFunction[] = ["LINEAR", "LINEAR_EXACT", "SIGMOID"];
/** Modalities whose eight bits are grey levels already. */
const FOR_THE_EYE = new Set(["US", "IVUS", "SC", "OT", "ES", "XC", "GM", "SM", "OP", "OPT", "IVOCT", "SEG", "DOC", "HD", ""]);
/** Where of a hundred values, sorted, black is, and white. */
const PERCENTILES: Readonly<Record<string, readonly [number, number]>> = {
  MR: [1, 99.5],
  CR: [1, 99],
  DX: [1, 99],
  MG: [1, 99],
  IO: [1, 99],
  PT: [0, 99.5],
};
const HEAD_WORDS = ["HEAD", "BRAIN", "SKULL", "SCHAEDEL", "KOPF", "CRANE"];
const HEAD: Voi = { center: 40, width: 80, function: "LINEAR" };
const BODY: Voi = { center: 40, width: 400, function: "LINEAR" };

/** The windows of CT in Hounsfield units by name, in the order of their keys from 1. */
export const CT_PRESETS: readonly VoiChoice[] = (
  [
    ["Soft tissue", 40, 400],
    ["Lung", -600, 1500],
    ["Bone", 480, 2500],
    ["Brain", 40, 80],
    ["Liver", 90, 150],
    ["Mediastinum", 80, 400],
    ["Angiography", 180, 600],
    ["Stroke", 40, 40],
  ] as const
).map(([label, center, width]) => ({ label, voi: { center, width, function: "LINEAR" }, source: "preset" }));

/** The upper ends of the windows of PET, in standardised uptake values from 0. */
const UPTAKES = [5, 7, 10, 15, 20];

/** The windows of a PET whose uptake is known, in the unit of its pixels. */
function uptakeWindows(frame: ImageFrame): readonly VoiChoice[] {
  const suv = suvOf(frame);
  if (!suv?.isValid) return [];
  return UPTAKES.map((upper) => ({ label: `SUV 0 to ${upper}`, voi: fullRange(0, upper / suv.factor), source: "preset" }));
}

/** The level of a value, from 0 to 255, not rounded. */
export function level(value: number, voi: Voi): number {
  if (hasTable(voi)) return (entryFor(voi.table, value) * WHITE) / (2 ** voi.table.bits - 1);
  if (voi.function === "SIGMOID") return WHITE / (1 + Math.exp((-4 * (value - voi.center)) / voi.width));
  const center = voi.function === "LINEAR" ? voi.center - 0.5 : voi.center;
  const width = voi.function === "LINEAR" ? voi.width - 1 : voi.width;
  if (value <= center - width / 2) return 0;
  if (value > center + width / 2) return WHITE;
  return ((value - center) / width + 0.5) * WHITE;
}

/** Whether the formulas hold: LINEAR needs a width of 1 at least, the others one above 0 (PS3.3 C.11.2.1.2.1). */
export function isComputable(voi: Voi): boolean {
  if (!Number.isFinite(voi.center) || !Number.isFinite(voi.width)) return false;
  return voi.function === "LINEAR" ? voi.width >= 1 : voi.width > 0;
}

/** The window that makes the lowest value black and the highest white. */
export function fullRange(lowest: number, highest: number): Voi {
  const width = highest - lowest || 1;
  return { center: lowest + width / 2, width, function: "LINEAR_EXACT" };
}

/** What the file itself offers: its windows, then its VOI LUTs, alternatives in their order, by their explanations. */
export async function fileWindows(attributes: DicomAttributes, signed: boolean, readBulk: ReadBulk): Promise<readonly VoiChoice[]> {
  const choices: VoiChoice[] = [];
  for (const source of voiSources(attributes)) {
    const named = FUNCTIONS.find((name) => name === source.text("VOILUTFunction")) ?? "LINEAR";
    const [centers, widths] = [source.numbers("WindowCenter"), source.numbers("WindowWidth")];
    const explanations = source.values("WindowCenterWidthExplanation");
    if (centers.length !== widths.length) continue;
    centers.forEach((center, index) => {
      const voi: Voi = { center, width: widths[index] ?? 0, function: named };
      if (isComputable(voi)) choices.push({ label: String(explanations[index] ?? ""), voi, source: "file" });
    });
  }
  for (const item of attributes.items("VOILUTSequence")) {
    const table = await readLut(item, signed, readBulk);
    if (!table) continue;
    const voi: TableVoi = { ...fullRange(table.first, table.first + table.entries.length - 1), table };
    choices.push({ label: item.text("LUTExplanation"), voi, source: "file" });
  }
  const number = (index: number): string => (choices.length > 1 ? ` ${index + 1}` : "");
  return choices.map((choice, index) => ({ ...choice, label: choice.label || `From the file${number(index)}` }));
}

/** A frame's VOI macro may have several items, which are alternatives; an image without the macro answers for itself. */
function voiSources(attributes: DicomAttributes): readonly DicomAttributes[] {
  const macro = attributes.items("FrameVOILUTSequence");
  return macro.length > 0 ? macro : [attributes];
}

/** Whether the file says a window that no formula can compute, which a reader should know. */
export const hasBrokenWindow = (frame: ImageFrame, windows: readonly VoiChoice[]): boolean =>
  windows.length === 0 && ["WindowCenter", "WindowWidth"].some((keyword) => frame.attributes.values(keyword).length > 0);

/** The window that the kind of image alone decides; undefined where its values must be looked at. */
export function windowOfKind(frame: ImageFrame, pixels: GreyPixels): Voi | undefined {
  const { attributes } = frame;
  const [uptake] = uptakeWindows(frame);
  if (uptake) return uptake.voi;
  if (isInHounsfieldUnits(frame)) return isHead(frame) ? HEAD : BODY;
  const identity = pixels.slope === 1 && pixels.intercept === 0 && !pixels.modalityTable;
  const bits = attributes.number("BitsStored") ?? 16;
  const isCapture = isSecondaryCapture(frame);
  const forTheEye = FOR_THE_EYE.has(attributes.text("Modality")) || isCapture || bits === 1;
  const signed = attributes.number("PixelRepresentation") === 1;
  return bits <= 8 && !signed && identity && forTheEye ? fullRange(0, 2 ** bits - 1) : undefined;
}

function isHead(frame: ImageFrame): boolean {
  const keywords = ["BodyPartExamined", "SeriesDescription", "StudyDescription"];
  const words = keywords
    .map((keyword) => frame.attributes.text(keyword))
    .join(" ")
    .toUpperCase();
  return HEAD_WORDS.some((word) => words.includes(word));
}

/** The window that the values decide: without the extremes where these are noise, of nuclear medicine from 0. */
export function windowOfValues(frame: ImageFrame, pixels: GreyPixels): Voi {
  const counted = valueCounts(pixels);
  const lowest = counted.values[0];
  const highest = counted.values.at(-1);
  if (lowest === undefined || highest === undefined) return fullRange(0, 1);
  const modality = frame.attributes.text("Modality");
  if (modality === "NM") return fullRange(Math.min(0, lowest), highest);
  const [from, to] = PERCENTILES[modality] ?? [0, 100];
  const [black, white] = [percentile(counted, from), percentile(counted, to)];
  return black === white ? fullRange(lowest, highest) : fullRange(black, white);
}

/** The window over all values of a frame but its padding, what key 9 gives. */
export function automaticWindow(pixels: GreyPixels): Voi {
  const { values }: ValueCounts = valueCounts(pixels);
  return fullRange(values[0] ?? 0, values.at(-1) ?? 1);
}

/** The windows to choose from: the file's, then those of CT in Hounsfield units or of PET, then the automatic one. */
export function windowChoices(frame: ImageFrame, pixels: GreyPixels, file: readonly VoiChoice[]): readonly VoiChoice[] {
  const presets = isInHounsfieldUnits(frame) ? CT_PRESETS : uptakeWindows(frame);
  return [...file, ...presets, { label: "All values", voi: automaticWindow(pixels), source: "automatic" }];
}
