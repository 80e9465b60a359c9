/**
 * Frames of instances: one noun for a slice of a series and for a frame of an enhanced multi-frame image (PS3.3 C.7.6.16).
 *
 * Data sets as the server's metadata have them come in, frames go out; what has no pixels gives none. A place in the patient is only
 * what the attributes say: nothing is invented where they are silent.
 */

import type { ImageFrame, Plane } from "../model/images";
import { DicomAttributes, frameAttributes, type JsonDataSet } from "./attributes";
import { cross, orientation, plus, times } from "./geometry";

/** A frame whose attributes can also be read element by element. */
export interface DicomFrame extends ImageFrame {
  readonly attributes: DicomAttributes;
}

/** More frames than this no instance has; a larger number is a mistake of the file. */
const FRAMES_MAX = 1 << 17;

/** The frames of an instance, in the order in which they are stored. */
export function framesOf(dataSet: JsonDataSet): readonly DicomFrame[] {
  const whole = new DicomAttributes([dataSet]);
  const rows = whole.number("Rows") ?? 0;
  const columns = whole.number("Columns") ?? 0;
  const hasPixels = ["PixelData", "FloatPixelData", "DoubleFloatPixelData"].some((keyword) => whole.has(keyword));
  if (rows < 1 || columns < 1 || !hasPixels) return [];
  const frameCount = Math.min(Math.max(1, whole.number("NumberOfFrames") ?? 1), FRAMES_MAX);
  const instance = {
    studyInstanceUid: whole.text("StudyInstanceUID"),
    seriesInstanceUid: whole.text("SeriesInstanceUID"),
    sopInstanceUid: whole.text("SOPInstanceUID"),
    sopClassUid: whole.text("SOPClassUID"),
    frameOfReferenceUid: whole.text("FrameOfReferenceUID"),
    frameCount,
    rows,
    columns,
  };
  const depths = gridOffsets(whole, frameCount);
  return Array.from({ length: frameCount }, (_, index) => {
    const attributes = frameAttributes(dataSet, index);
    const plane = moved(planeOf(attributes, frameCount), depths?.[index]);
    return { ...instance, frame: index + 1, attributes, plane, spacing: spacingOf(attributes) };
  });
}

function planeOf(attributes: DicomAttributes, frameCount: number): Plane | undefined {
  const [x, y, z] = attributes.numbers("ImagePositionPatient");
  const directions = orientation(attributes.numbers("ImageOrientationPatient"));
  if (x === undefined || y === undefined || z === undefined || !directions) return undefined;
  // one position for many frames is none for each of them, but for a dose that says their distances
  const isShared = frameCount > 1 && !attributes.has("PlanePositionSequence") && !attributes.has("GridFrameOffsetVector");
  if (isShared) return undefined;
  const [across, down] = directions;
  return { position: [x, y, z], across, down, normal: cross(across, down) };
}

/** How far each frame of a dose lies from the first, along the normal (PS3.3 C.8.8.3.2); offsets from 0 are relative. */
function gridOffsets(attributes: DicomAttributes, frameCount: number): readonly number[] | undefined {
  const offsets = attributes.numbers("GridFrameOffsetVector");
  const first = offsets[0];
  if (first === undefined || offsets.length !== frameCount) return undefined;
  return offsets.map((offset) => offset - first);
}

function moved(plane: Plane | undefined, depth: number | undefined): Plane | undefined {
  return plane && depth ? { ...plane, position: plus(plane.position, times(plane.normal, depth)) } : plane;
}

function spacingOf(attributes: DicomAttributes): readonly [number, number] | undefined {
  const [row, column] = attributes.numbers("PixelSpacing");
  return row !== undefined && column !== undefined && row > 0 && column > 0 ? [row, column] : undefined;
}
