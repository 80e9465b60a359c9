/**
 * What stands in the corners of a picture: who, which series, how it was made, where it lies, how it is shown.
 *
 * A frame's attributes come in, lines of plain text go out; unknown is left out, never written as a dash. What a reader must not miss
 * (laterality, lossy compression, "for processing") stands in a line of its own (IHE RAD TF-2 4.16.4.2.2.5.8).
 */

import { dot, lettersOf, times } from "@/imaging/geometry";
import { dateWords, timeWords, yearsOld } from "@/model/dates";
import type { Attributes, ImageFrame, Plane, Stack } from "@/model/images";

/** A person's name as DICOM JSON holds it (PS3.18 F.2.2): its alphabetic group, else the first that says something. */
export function personName(attributes: Attributes, keyword = "PatientName"): string {
  const [value] = attributes.values(keyword);
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return "";
  const groups = Object.values(value).filter((group): group is string => typeof group === "string" && group !== "");
  return groups[0] ?? "";
}

const AGE_UNITS: Readonly<Record<string, string>> = { Y: "y", M: "months", W: "weeks", D: "days" };

/** "3 y": as the image says it, else from the date of birth at the study's day. */
export function ageWords(attributes: Attributes): string {
  const said = /^(\d{3})([YMWD])$/.exec(attributes.text("PatientAge"));
  if (said) return `${Number(said[1])} ${AGE_UNITS[said[2] ?? ""]}`;
  const years = yearsOld(attributes.text("PatientBirthDate"), attributes.text("StudyDate"));
  return years === undefined ? "" : `${years} y`;
}

/** "MR BRAIN" and "2026-11-22 13:05". */
export function studyWords(attributes: Attributes): { readonly description: string; readonly when: string } {
  const day = dateWords(attributes.text("StudyDate"));
  const clock = attributes.text("StudyTime") ? timeWords(attributes.text("StudyTime")) : "";
  return { description: attributes.text("StudyDescription"), when: [day, clock].filter(Boolean).join(" ") };
}

export function seriesWords(stack: Stack): string {
  return [stack.seriesNumber, stack.label].filter(Boolean).join(" ");
}

const short = (value: number, digits = 0) => String(Number(value.toFixed(digits)));

function valued(attributes: Attributes, keyword: string, words: (value: number) => string): string {
  const value = attributes.number(keyword);
  return value === undefined || value === 0 ? "" : words(value);
}

/** One line about how it was made, by modality. */
export function techniqueWords(stack: Stack, frame: ImageFrame): string {
  const { attributes } = frame;
  const say = (keyword: string, words: (value: number) => string) => valued(attributes, keyword, words);
  const lines: Readonly<Record<string, readonly string[]>> = {
    CT: [
      say("KVP", (v) => `${short(v)} kV`),
      say("XRayTubeCurrent", (v) => `${short(v)} mA`),
      attributes.text("ConvolutionKernel"),
    ],
    MR: [
      say("RepetitionTime", (v) => `TR ${short(v)}`),
      say("EchoTime", (v) => `TE ${short(v, 1)}`),
      say("InversionTime", (v) => `TI ${short(v)}`),
      say("DiffusionBValue", (v) => `b ${short(v)}`),
    ],
    DX: [attributes.text("ViewPosition"), say("KVP", (v) => `${short(v)} kV`), say("Exposure", (v) => `${short(v)} mAs`)],
    MG: [attributes.text("ViewPosition"), say("KVP", (v) => `${short(v)} kV`), say("BodyPartThickness", (v) => `${short(v)} mm`)],
    XA: [
      say("PositionerPrimaryAngle", (v) => `${v > 0 ? "LAO" : "RAO"} ${short(Math.abs(v))}°`),
      say("PositionerSecondaryAngle", (v) => `${v > 0 ? "CRAN" : "CAUD"} ${short(Math.abs(v))}°`),
    ],
    PT: [attributes.text("Units"), say("ActualFrameDuration", (v) => `${short(v / 1000)} s`)],
  };
  const line = lines[stack.modality] ?? (stack.modality === "CR" ? lines.DX : undefined) ?? [];
  return line.filter(Boolean).join("  ");
}

/** "H 39.0 mm": how far along its normal the image lies, and to which side. */
export function positionWords(plane: Plane): string {
  const distance = dot(plane.position, plane.normal);
  const letter = lettersOf(times(plane.normal, distance < 0 ? -1 : 1))[0] ?? "";
  return `${letter} ${Math.abs(distance).toFixed(1)} mm`;
}

/** The slice's own thickness, and the gantry's tilt where it has one. */
export function sliceWords(frame: ImageFrame): string {
  const { attributes } = frame;
  const tilt = attributes.number("GantryDetectorTilt") ?? 0;
  const thick = valued(attributes, "SliceThickness", (v) => `${v.toFixed(1)} mm`);
  return [thick, Math.abs(tilt) >= 0.5 ? `tilt ${short(Math.abs(tilt), 1)}°` : ""].filter(Boolean).join("  ");
}

const SIDES: Readonly<Record<string, string>> = { R: "right", L: "left", B: "both sides", U: "" };

/** What must not be missed. */
export function noticeWords(frame: ImageFrame): readonly string[] {
  const { attributes } = frame;
  const side = ["FrameLaterality", "ImageLaterality", "Laterality"].map((keyword) => attributes.text(keyword)).find(Boolean);
  const ratio = attributes.numbers("LossyImageCompressionRatio").at(-1);
  const lossy = attributes.text("LossyImageCompression") === "01";
  return [
    side ? (SIDES[side] ?? side) : "",
    lossy ? `lossy compression${ratio ? ` ${short(ratio, 1)}:1` : ""}` : "",
    attributes.text("PresentationIntentType") === "FOR PROCESSING" ? "for processing" : "",
  ].filter(Boolean);
}

/** "C 160  W 300": whole numbers where the width is wide enough for them. */
export function windowWords(center: number, width: number): string {
  const digits = width >= 20 ? 0 : width >= 2 ? 1 : 3;
  return `C ${short(center, digits)}  W ${short(width, digits)}`;
}
