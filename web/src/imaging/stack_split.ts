/**
 * Which images of a series can be scrolled as one thing, and which cannot.
 *
 * Frames come in, groups of frames with what tells them apart go out. Some differences always part (size, plane, kind); others only
 * where the same place is there more than once (echo, b-value, time). Each group keeps the words that it is called by.
 */

import type { DicomFrame } from "./frames";
import { directionDifference, planeName } from "./geometry";
import { depthOf, SAME_PLACE_MM } from "./stack_geometry";
import { isProjection } from "./verdicts";

export interface FrameGroup {
  readonly frames: readonly DicomFrame[];
  /** What tells it from the others of its series: "echo 2", "b 500"; empty where nothing has to be said. */
  readonly words: readonly string[];
}

/** One picture is a stack of its own in these: a multi-frame instance is a clip. */
const ONE_BY_ONE = new Set(["CR", "DX", "MG", "IO", "PX", "XA", "RF", "ES", "GM", "OP", "XC", "SM"]);
const ORIENTATION_COMPONENT = 0.01;

export function split(modality: string, frames: readonly DicomFrame[]): readonly FrameGroup[] {
  const groups = [...grouped(frames, (frame) => instanceKey(modality, frame)).values()];
  const kinds = groups.flatMap((group) => [...grouped(group, kindKey).values()]).flatMap(byOrientation);
  const words = kindWords(kinds.map(([first]) => first as DicomFrame));
  return kinds.flatMap((frames, index) => byRepetition({ frames, words: words[index] ?? [] }));
}

const PARTS: Readonly<Record<string, string>> = {
  FIELD_MAP: "field map",
  M: "magnitude",
  MAGNITUDE: "magnitude",
  P: "phase",
  PHASE: "phase",
  R: "real",
  REAL: "real",
  I: "imaginary",
  IMAGINARY: "imaginary",
};

/** What a reader calls the differences of kinds by. */
const KIND_WORDS: readonly ((frame: DicomFrame) => string)[] = [
  viewWords,
  ({ plane }) => (plane ? planeName(plane.normal) : "without place"),
  (frame) => (frame.attributes.values("ImageType").includes("LOCALIZER") ? "localizer" : ""),
  (frame) => PARTS[complexPart(frame)] ?? "",
  ({ attributes }) => attributes.values("ConvolutionKernel").map(String).join(" "),
  ({ attributes }) => (attributes.text("ContrastBolusAgent") ? "with contrast" : "without contrast"),
  ({ attributes }) => attributes.text("ImageType").toLowerCase(),
  ({ columns, rows }) => `${columns} × ${rows}`,
];

/** "PA", "R MLO": how a projection was taken. */
function viewWords({ attributes }: DicomFrame): string {
  if (!ONE_BY_ONE.has(attributes.text("Modality"))) return "";
  const side = ["FrameLaterality", "ImageLaterality", "Laterality"].map((keyword) => attributes.text(keyword)).find((word) => word);
  const [code] = attributes.items("ViewCodeSequence");
  return [side, attributes.text("ViewPosition") || code?.text("CodeMeaning")].filter((word) => word).join(" ");
}

/** The words of each group that tell it from the others; none that all of them share. */
function kindWords(firsts: readonly DicomFrame[]): readonly (readonly string[])[] {
  const said = KIND_WORDS.map((words) => firsts.map(words)).filter((words) => new Set(words).size > 1);
  return firsts.map((_, index) => {
    const [first, second] = said;
    const own = first?.[index] ?? "";
    const isEnough = first === undefined || new Set(first).size === firsts.length;
    return [own, isEnough ? "" : (second?.[index] ?? "")].filter((word) => word !== "");
  });
}

/** Clips and single projections stand alone; the stills of an ultrasound examination are scrolled together. */
function instanceKey(modality: string, frame: DicomFrame): string {
  if (ONE_BY_ONE.has(modality)) return frame.plane && frame.frameCount > 1 ? "" : frame.sopInstanceUid;
  const isClip = frame.frameCount > 1 && !frame.plane;
  return isClip ? frame.sopInstanceUid : "";
}

function kindKey(frame: DicomFrame): string {
  const { attributes, spacing } = frame;
  const type = attributes.has("FrameType") ? attributes.values("FrameType") : attributes.values("ImageType");
  return [
    frame.sopClassUid,
    frame.rows,
    frame.columns,
    attributes.number("SamplesPerPixel"),
    attributes.text("PhotometricInterpretation").startsWith("MONOCHROME"),
    type.slice(0, 3).join("\\"),
    complexPart(frame),
    frame.frameOfReferenceUid,
    spacing?.map((value) => value.toPrecision(4)).join("x"),
    ["CT", "PT"].includes(attributes.text("Modality")) ? attributes.values("ConvolutionKernel").join("\\") : "",
    attributes.text("ContrastBolusAgent") !== "",
    attributes.text("RescaleType") || attributes.text("Units"),
  ].join("|");
}

/** Magnitude, phase, real, imaginary or a field map. */
function complexPart(frame: DicomFrame): string {
  const { attributes } = frame;
  const types = [...attributes.values("ImageType").slice(2), ...attributes.values("FrameType").slice(2)].map(String);
  if (types.includes("FIELD_MAP")) return "FIELD_MAP";
  return attributes.text("ComplexImageComponent") || ["M", "P", "R", "I"].find((word) => types.includes(word)) || "";
}

/** Parts what does not lie in parallel, but for a turning projection, which stays one. */
function byOrientation(frames: readonly DicomFrame[]): readonly (readonly DicomFrame[])[] {
  const turning = frames.some((frame) => isProjection(frame) && !frame.attributes.values("ImageType").includes("LOCALIZER"));
  if (turning) return [frames];
  const groups: DicomFrame[][] = [];
  for (const frame of frames) {
    const group = groups.find(([first]) => first && isParallel(first, frame));
    if (group) group.push(frame);
    else groups.push([frame]);
  }
  return groups;
}

function isParallel(a: DicomFrame, b: DicomFrame): boolean {
  if (!a.plane || !b.plane) return a.plane === b.plane;
  return directionDifference(a.plane, b.plane) <= ORIENTATION_COMPONENT;
}

interface Difference {
  readonly of: (frame: DicomFrame) => string;
  /** Values of one group in the words of a reader; `place` counts from 1. */
  readonly words: (value: string, place: number, count: number) => string;
}

const valued = (keyword: string, name: string, unit = ""): Difference => ({
  of: (frame) => frame.attributes.text(keyword),
  words: (value) => (value ? `${name} ${value}${unit}` : ""),
});
const counted = (keyword: string, name: string): Difference => ({
  of: (frame) => frame.attributes.text(keyword),
  words: (_, place, count) => `${name} ${place} of ${count}`,
});

/** What parts images of the same place, in this order. */
const DIFFERENCES: readonly Difference[] = [
  valued("EchoNumbers", "echo"),
  valued("EchoTime", "TE", " ms"),
  valued("EffectiveEchoTime", "TE", " ms"),
  { of: bValue, words: (value) => (value ? `b ${value}` : "") },
  { of: (frame) => frame.attributes.text("DiffusionDirectionality"), words: (value) => value.toLowerCase() },
  { of: gradient, words: (_, place, count) => `direction ${place} of ${count}` },
  counted("TemporalPositionIdentifier", "time"),
  counted("TemporalPositionIndex", "time"),
  counted("NominalPercentageOfCardiacPhase", "phase"),
  counted("NominalCardiacTriggerDelayTime", "phase"),
  counted("TriggerTime", "phase"),
  valued("StackID", "stack"),
  counted("AcquisitionNumber", "acquisition"),
  counted("FrameReferenceTime", "time"),
  counted("AcquisitionDateTime", "time"),
  counted("AcquisitionTime", "time"),
  { of: (frame) => frame.attributes.values("ScanningSequence").join(), words: (value) => value },
  valued("FlipAngle", "flip", "°"),
];

function bValue(frame: DicomFrame): string {
  const { attributes } = frame;
  const said = attributes.number("DiffusionBValue");
  if (said !== undefined) return String(said);
  const [philips] = attributes.elementOfTag("20011003")?.Value ?? [];
  const [siemens] = attributes.elementOfTag("0019100C")?.Value ?? [];
  const [general] = attributes.elementOfTag("00431039")?.Value ?? [];
  const found = philips ?? siemens ?? (general === undefined ? undefined : Number(general) % 100000);
  return found === undefined || Number.isNaN(Number(found)) ? "" : String(Number(found));
}

function gradient(frame: DicomFrame): string {
  const { attributes } = frame;
  const [direction] = attributes.items("DiffusionGradientDirectionSequence");
  return (direction ?? attributes).values("DiffusionGradientOrientation").join();
}

/** Parts by the first difference that the images of one place have; what is still alike is tried with the next. */
function byRepetition(group: FrameGroup, from = 0): readonly FrameGroup[] {
  if (!repeats(group.frames)) return [group];
  for (let index = from; index < DIFFERENCES.length; index++) {
    const difference = DIFFERENCES[index] as Difference;
    const parts = grouped(group.frames, difference.of);
    if (parts.size < 2 || !partsAtOnePlace(group.frames, difference)) continue;
    const values = [...parts.keys()].sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1));
    return values.flatMap((value, place) => {
      const words = difference.words(value, place + 1, values.length);
      const frames = parts.get(value) ?? [];
      return byRepetition({ frames, words: words ? [...group.words, words] : group.words }, index + 1);
    });
  }
  return [group];
}

/** Depths rounded to whether they are the same place; undefined where a frame has none. */
function placesOf(frames: readonly DicomFrame[]): readonly DicomFrame[][] {
  const normal = frames[0]?.plane?.normal;
  if (!normal || frames.some(({ plane }) => !plane)) return [];
  const placed = frames.map((frame) => ({ frame, depth: depthOf(frame, normal) })).sort((a, b) => a.depth - b.depth);
  const places: DicomFrame[][] = [];
  let before = Number.NEGATIVE_INFINITY;
  for (const { frame, depth } of placed) {
    if (depth - before > SAME_PLACE_MM) places.push([frame]);
    else places.at(-1)?.push(frame);
    before = depth;
  }
  return places;
}

const repeats = (frames: readonly DicomFrame[]): boolean => placesOf(frames).some((place) => place.length > 1);

/** Whether the difference is one between images of the same place, and no place has the same value in all that it holds. */
function partsAtOnePlace(frames: readonly DicomFrame[], { of }: Difference): boolean {
  const parts = grouped(frames, of);
  const before = frames.length - placesOf(frames).length;
  let after = 0;
  for (const part of parts.values()) after += part.length - placesOf(part).length;
  if (after >= before) return false;
  // each part must be a stack, not a slice: times of acquisition differ from slice to slice
  return parts.size <= frames.length / 2 && [...parts.values()].every((part) => part.length > 1 || placesOf(frames).length === 1);
}

function grouped<Item>(items: readonly Item[], key: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const name = key(item);
    const group = groups.get(name);
    if (group) group.push(item);
    else groups.set(name, [item]);
  }
  return groups;
}
