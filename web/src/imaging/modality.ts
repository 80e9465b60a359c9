/**
 * The Modality LUT of a frame, and the unit of its values (PS3.3 C.11.1).
 *
 * Attributes come in; a slope and an intercept, or a table, and a unit go out. Of a dose they are those of its grid. Logarithmic and displayed X-ray projections are shown
 * without it: theirs is for measuring. A unit is told only where the file tells it, or the kind of image leaves no doubt.
 */

import type { GreyPixels, ImageFrame } from "../model/images";
import type { DicomAttributes, ReadBulk } from "./attributes";
import { readLut } from "./luts";

export type Modality = Pick<GreyPixels, "slope" | "intercept" | "modalityTable">;

/** Secondary Capture, and its multi-frame kinds below it; visible light (1.1.77) only begins with the same digits. */
const SECONDARY_CAPTURE = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.7(\.|$)/;
const XRAY_PROJECTIONS = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.12\.[123]$/;
const UNITS: Readonly<Record<string, string>> = { BQML: "Bq/ml", CNTS: "counts", GML: "SUV", PROPCNTS: "counts", PCNT: "%" };

export async function modalityOf(
  frame: ImageFrame,
  attributes: DicomAttributes,
  signed: boolean,
  readBulk: ReadBulk,
): Promise<Modality> {
  const relation = attributes.text("PixelIntensityRelationship");
  if (XRAY_PROJECTIONS.test(frame.sopClassUid) && (relation === "LOG" || relation === "DISP")) return { slope: 1, intercept: 0 };
  const dose = attributes.number("DoseGridScaling");
  if (dose !== undefined) return { slope: dose, intercept: 0 };
  const [item] = attributes.items("ModalityLUTSequence");
  const table = item && (await readLut(item, signed, readBulk));
  if (table) {
    return { slope: 1, intercept: 0, modalityTable: { first: table.first, values: Float64Array.from(table.entries) } };
  }
  return { slope: attributes.number("RescaleSlope") ?? 1, intercept: attributes.number("RescaleIntercept") ?? 0 };
}

/** A stored value in the modality's unit. */
export function modalityValue(pixels: GreyPixels, stored: number): number {
  const table = pixels.modalityTable;
  if (!table) return stored * pixels.slope + pixels.intercept;
  const index = Math.min(Math.max(stored - table.first, 0), table.values.length - 1);
  return table.values[index] ?? 0;
}

/** Whether a CT's values are Hounsfield units although no Rescale Type says so. */
export function isInHounsfieldUnits(frame: ImageFrame): boolean {
  const { attributes } = frame;
  if (attributes.text("Modality") !== "CT" || !attributes.has("RescaleIntercept") || attributes.has("ModalityLUTSequence"))
    return false;
  if (attributes.values("ImageType").includes("LOCALIZER")) return false;
  const type = attributes.text("RescaleType");
  return type === "HU" || (!type && !isSecondaryCapture(frame));
}

/** Whether it is a picture of a picture: its values mean grey levels alone. */
export const isSecondaryCapture = (frame: ImageFrame): boolean => SECONDARY_CAPTURE.test(frame.sopClassUid);

/** The unit of the values after the Modality LUT; empty where they have none. */
export function unitOf(frame: ImageFrame): string {
  const { attributes } = frame;
  if (isInHounsfieldUnits(frame)) return "HU";
  if (attributes.has("DoseGridScaling")) return attributes.text("DoseUnits") === "GY" ? "Gy" : "";
  const [table] = attributes.items("ModalityLUTSequence");
  const type = table ? table.text("ModalityLUTType") : attributes.text("RescaleType");
  if (type) return type === "US" ? "" : type;
  const units = attributes.text("Units");
  return units ? (UNITS[units] ?? units) : "";
}
