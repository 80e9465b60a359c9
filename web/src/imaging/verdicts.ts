/**
 * What a reader has to know about a stack's geometry, and whether it can be cut in three planes, in sentences.
 *
 * Frames in their order come in, sentences go out. The first reason that holds is the one that is told. A tilted gantry is no reason
 * against: the planes are cut with each slice's own position.
 */

import type { ImageFrame, Verdict } from "../model/images";
import { describeStack, type StackGeometry } from "./stack_geometry";

const VOLUMES = new Set(["CT", "MR", "PT", "RTDOSE", "NM", "US", "XA", "MG", "SEG"]);
/** Of these only the kinds that are volumes: a SOP class says so, or each frame has its own place. */
const ONLY_WITH_PLACES = new Set(["NM", "US", "XA", "MG"]);
const SLICES_MIN = 3;
const COARSE = 10;
const VOXELS_MAX = 1 << 28;

const PROJECTIONS = "These images are projections, not slices: there is no volume to cut.";

export function isProjection(frame: ImageFrame): boolean {
  const types = frame.attributes.values("ImageType");
  const words = [...types, ...frame.attributes.values("FrameType")].map(String);
  const isLocalizer = words.includes("LOCALIZER");
  const isReprojection = frame.attributes.values("SeriesType").includes("REPROJECTION");
  return isLocalizer || isReprojection || words.some((word) => word.includes("PROJECTION") || word === "MIP" || word === "MPR MIP");
}

export function verdictOf(modality: string, frames: readonly ImageFrame[]): Verdict {
  const sentence = reasonAgainst(modality, frames);
  return { allowed: sentence === "", sentence };
}

function reasonAgainst(modality: string, frames: readonly ImageFrame[]): string {
  const [first] = frames;
  if (!first || !VOLUMES.has(modality)) return PROJECTIONS;
  if (frames.some(isProjection)) return PROJECTIONS;
  const geometry = describeStack(frames);
  if (!geometry) {
    if (ONLY_WITH_PLACES.has(modality)) return PROJECTIONS;
    return "These images do not say where they lie in the patient (0020,0032, 0020,0037).";
  }
  if (first.attributes.number("SamplesPerPixel") !== 1) return "Only pictures in grey can be cut.";
  const places = frames.length - geometry.gaps.filter((gap) => gap <= 0.01).length;
  if (places < SLICES_MIN) return `MPR needs at least 3 slices; this stack has ${places}.`;
  if (frames.some((frame) => !alike(frame, first))) return "The slices differ in size or frame of reference.";
  if (geometry.skew > 0) return `The slices are not parallel (up to ${geometry.skew.toFixed(1)}°).`;
  if (geometry.repeated > 0) return `${positions(geometry.repeated)} more than one image; choose echo, b-value or time first.`;
  if (!geometry.isRegular) return unevenness(geometry);
  if (frames.length * first.rows * first.columns > VOXELS_MAX) return "This stack is larger than this page can cut.";
  return "";
}

const alike = (a: ImageFrame, b: ImageFrame): boolean =>
  a.rows === b.rows &&
  a.columns === b.columns &&
  a.frameOfReferenceUid === b.frameOfReferenceUid &&
  a.spacing !== undefined &&
  b.spacing !== undefined &&
  Math.abs(a.spacing[0] - b.spacing[0]) <= 1e-4 * b.spacing[0] &&
  Math.abs(a.spacing[1] - b.spacing[1]) <= 1e-4 * b.spacing[1];

const positions = (count: number): string => (count === 1 ? "1 position holds" : `${count} positions hold`);

function unevenness(geometry: StackGeometry): string {
  const missing = missingSentence(geometry);
  if (missing) return missing;
  const { gaps } = geometry;
  const [first] = gaps;
  const last = gaps.at(-1);
  const change = gaps.findIndex((gap) => Math.abs(gap - (first ?? 0)) > Math.max(0.01, 0.01 * (first ?? 0)));
  if (first === undefined || last === undefined) return "";
  if (isOneChange(gaps))
    return `Slice spacing changes from ${millimetres(first)} to ${millimetres(last)} mm at slice ${change + 2}.`;
  return `Slice spacing is uneven: ${millimetres(Math.min(...gaps))} to ${millimetres(Math.max(...gaps))} mm.`;
}

/** Even gaps, then even gaps of another size; one odd gap between both is part of the change. */
function isOneChange(gaps: readonly number[]): boolean {
  const close = (a: number, b: number): boolean => Math.abs(a - b) <= Math.max(0.01, 0.01 * b);
  const [first = 0] = gaps;
  const last = gaps.at(-1) ?? 0;
  const head = gaps.findIndex((gap) => !close(gap, first));
  const tail = gaps.findLastIndex((gap) => !close(gap, last));
  return !close(first, last) && tail <= head;
}

function missingSentence({ missing, missingBetween, gaps, gap }: StackGeometry): string {
  if (!missing || !missingBetween) return "";
  const explained = gaps.every((each) => {
    const slices = Math.max(1, Math.round(each / gap));
    return Math.abs(each - slices * gap) <= 0.05 * slices * gap;
  });
  if (!explained) return "";
  const [from, to] = missingBetween.map(millimetres);
  return missing === 1
    ? `1 slice is missing between ${from} and ${to} mm.`
    : `${missing} slices are missing between ${from} and ${to} mm.`;
}

const millimetres = (value: number): string => value.toFixed(1).replace("-", "−");

/** Short words for the corner of a cell; normal is silent. */
export function warningsOf(modality: string, frames: readonly ImageFrame[]): readonly string[] {
  const geometry = VOLUMES.has(modality) && frames.length > 1 && !frames.some(isProjection) ? describeStack(frames) : undefined;
  const [first] = frames;
  if (!geometry || !first) return [];
  const warnings: string[] = [];
  const { gaps, repeated, missing, skew } = geometry;
  if (repeated > 0) warnings.push(`${positions(repeated)} more than one image`);
  if (missingSentence(geometry)) warnings.push(missing === 1 ? "1 slice missing" : `${missing} slices missing`);
  else if (!geometry.isRegular && repeated === 0) {
    warnings.push(`spacing ${millimetres(Math.min(...gaps))} to ${millimetres(Math.max(...gaps))} mm`);
  }
  if (skew > 0) warnings.push(`slices not parallel, up to ${skew.toFixed(1)}°`);
  const [, across] = first.spacing ?? [];
  if (across && geometry.isRegular && geometry.gap / across > COARSE) {
    warnings.push(`coarse: slices ${millimetres(geometry.gap)} mm apart, pixels ${across.toFixed(2)} mm`);
  }
  return warnings;
}
