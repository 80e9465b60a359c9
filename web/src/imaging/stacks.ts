/**
 * From the instances of a series to the stacks that it is scrolled in: made, parted, put in order, described.
 *
 * The data sets of one series come in, its stacks go out, those with most images of a kind in the order of their first image. What
 * has no pixels (reports, presentation states) makes none.
 */

import type { Stack } from "../model/images";
import type { DicomAttributes, JsonDataSet } from "./attributes";
import { type DicomFrame, framesOf } from "./frames";
import { describeStack } from "./stack_geometry";
import { byNumber, ordered } from "./stack_order";
import { split } from "./stack_split";
import { isProjection, verdictOf, warningsOf } from "./verdicts";

/** A stack whose frames can be read element by element. */
export interface DicomStack extends Stack {
  readonly frames: readonly DicomFrame[];
  /** What tells it from the other stacks of its series; empty where it is the only one. */
  readonly distinction: string;
}

export function stacksOf(dataSets: readonly JsonDataSet[]): readonly DicomStack[] {
  const frames = dataSets.flatMap(framesOf);
  const [first] = frames;
  if (!first) return [];
  const modality = first.attributes.text("Modality");
  const groups = split(modality, frames).map(({ frames: group, words }) => {
    const turning = group.some(isProjection) && !group.every((frame) => frame.plane && isSamePlane(frame, group[0]));
    return { words, frames: ordered(group, !turning) };
  });
  groups.sort((a, b) => byNumber(a.frames[0] as DicomFrame, b.frames[0] as DicomFrame));
  const names = distinctions(groups.map(({ words }) => words.join(", ")));
  return groups.map((group, index) => stackOf(group.frames, modality, names[index] ?? "", index, groups.length));
}

/** Every stack of a series gets a name of its own: what tells it apart, and a number where that is not enough. */
function distinctions(words: readonly string[]): readonly string[] {
  if (words.length < 2) return [""];
  return words.map((own, index) => {
    const same = words.filter((other) => other === own).length;
    const place = words.slice(0, index + 1).filter((other) => other === own).length;
    if (same === 1 && own) return own;
    return own ? `${own}, ${place} of ${same}` : `${place} of ${same}`;
  });
}

const isSamePlane = (frame: DicomFrame, other: DicomFrame | undefined): boolean =>
  frame.plane?.normal.every((component, axis) => Math.abs(component - (other?.plane?.normal[axis] ?? 2)) < 0.01) ?? false;

function stackOf(frames: readonly DicomFrame[], modality: string, distinction: string, index: number, count: number): DicomStack {
  const first = frames[0] as DicomFrame;
  const { attributes, seriesInstanceUid, studyInstanceUid } = first;
  const description = attributes.text("SeriesDescription") || attributes.text("ProtocolName") || modality || "Images";
  const geometry = describeStack(frames);
  return {
    id: count > 1 ? `${seriesInstanceUid}/${index + 1}` : seriesInstanceUid,
    studyInstanceUid,
    seriesInstanceUid,
    seriesNumber: attributes.text("SeriesNumber"),
    modality,
    label: distinction ? `${description} (${distinction})` : description,
    distinction,
    frames,
    isClip: isClip(frames),
    frameMilliseconds: frameMilliseconds(attributes, frames.length),
    gap: geometry && frames.length > 1 && geometry.isRegular && geometry.gap > 0 ? geometry.gap : undefined,
    mpr: verdictOf(modality, frames),
    warnings: warningsOf(modality, frames),
  };
}

function isClip(frames: readonly DicomFrame[]): boolean {
  if (frames.length < 2) return false;
  const turning = frames.some(isProjection) && !frames.every((frame) => isSamePlane(frame, frames[0]));
  return turning || frames.every((frame) => frame.frameCount > 1 && !frame.plane);
}

/** How long a frame is shown, where the file tells (PS3.3 C.7.6.5): the rate that is recommended, else the one acquired with. */
function frameMilliseconds(attributes: DicomAttributes, count: number): number | undefined {
  const recommended = attributes.number("RecommendedDisplayFrameRate");
  if (recommended && recommended > 0) return 1000 / recommended;
  const vector = attributes.numbers("FrameTimeVector").slice(1);
  const mean = vector.length > 0 ? vector.reduce((sum, time) => sum + time, 0) / vector.length : 0;
  const time = attributes.number("FrameTime") || mean;
  if (time > 0) return time;
  const rate = attributes.number("CineRate");
  if (rate && rate > 0) return 1000 / rate;
  const duration = attributes.number("EffectiveDuration");
  return duration && duration > 0 && count > 1 ? (1000 * duration) / (count - 1) : undefined;
}
