/**
 * Which attribute of an image says how large its pixels are in the patient, and what must be said with it.
 *
 * A frame comes in; millimetres a pixel go out with the attribute that gave them and a sentence, or pixels with the reason. Nothing
 * is ever assumed: where no attribute gives a size, no millimetre is shown (PS3.3 10.7, C.7.6.2.1.1, C.8.5.5, C.8.11.3).
 */

import type { Attributes, ImageFrame, Point } from "../model/images";
import { projection } from "./calibration_projection";
import { isUltrasound, ultrasoundAt } from "./calibration_ultrasound";
import { type Calibration, inMillimetres, inPixels, NO_SIZE, type Spacing, spacingIn } from "./pixel_size";

/** How the pixels between these places are measured. Ultrasound may answer differently from place to place. */
export function calibrationAt(frame: ImageFrame, places: readonly Point[]): Calibration {
  if (isUltrasound(frame)) return ultrasoundAt(frame, places);
  return calibrationOf(frame);
}

/** The same for a picture that is cut from a volume: its pixels lie in the patient by the places of its slices. */
export function calibrationOfCut(spacing: Spacing): Calibration {
  return { ...inMillimetres("PixelSpacing", spacing, "cut from the volume") };
}

const SECONDARY_CAPTURE = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.7(\.[1-4])?$/;
const RT_IMAGE = "1.2.840.10008.5.1.4.1.1.481.1";
const WHOLE_SLIDE = "1.2.840.10008.5.1.4.1.1.77.1.6";
const VISIBLE_LIGHT = "1.2.840.10008.5.1.4.1.1.77.1.";
const OPHTHALMIC = "1.2.840.10008.5.1.4.1.1.77.1.5.";
const NUCLEAR_MEDICINE = "1.2.840.10008.5.1.4.1.1.20";
const PROJECTIONS = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.(1|1\.[123](\.1)?|12\.[123](\.1)?)$/;
const PROJECTING = new Set(["CR", "DX", "MG", "IO", "PX", "XA", "RF", "RG", "XRF"]);
const PHOTOGRAPHS = new Set(["GM", "ES", "XC", "DMS", "OT"]);

function calibrationOf(frame: ImageFrame): Calibration {
  const { attributes, sopClassUid } = frame;
  const modality = attributes.text("Modality");
  const spacing = spacingIn(attributes, "PixelSpacing");
  if (sopClassUid === RT_IMAGE) return rtImage(attributes);
  if (SECONDARY_CAPTURE.test(sopClassUid)) return secondaryCapture(frame, spacing);
  if (sopClassUid.startsWith(WHOLE_SLIDE)) return spacing ? inMillimetres("PixelSpacing", spacing) : inPixels(NO_SIZE);
  if (sopClassUid.startsWith(OPHTHALMIC)) {
    return spacing ? inMillimetres("PixelSpacing", spacing, "on the retina as stated") : inPixels(NO_SIZE);
  }
  if (sopClassUid.startsWith(VISIBLE_LIGHT) || PHOTOGRAPHS.has(modality)) return inPixels(NO_SIZE);
  if (PROJECTIONS.test(sopClassUid) || (PROJECTING.has(modality) && !frame.plane)) return projection(attributes);
  if (!spacing) return inPixels(NO_SIZE);
  return inMillimetres("PixelSpacing", spacing, labelOfSlice(frame));
}

/** A scout and a planar scintigram are projections too, with a size that holds in one depth. */
function labelOfSlice({ attributes, sopClassUid }: ImageFrame): string {
  const kinds = attributes.values("ImageType");
  if (kinds.includes("LOCALIZER") && attributes.text("Modality") === "CT") return "scout: true at isocentre only";
  const isPlanar = !String(kinds[2] ?? "").startsWith("RECON");
  return sopClassUid === NUCLEAR_MEDICINE && isPlanar ? "at detector" : "";
}

function secondaryCapture({ attributes, plane }: ImageFrame, spacing: Spacing | undefined): Calibration {
  if (plane && spacing) return inMillimetres("PixelSpacing", spacing);
  if (attributes.text("PixelSpacingCalibrationType") || spacing) return projection(attributes);
  const nominal = spacingIn(attributes, "NominalScannedPixelSpacing");
  return nominal ? inMillimetres("NominalScannedPixelSpacing", nominal, "mm on the film") : inPixels(NO_SIZE);
}

/** The pixels of a portal image are in the plane of its detector, and smaller at the isocentre (PS3.3 C.8.8.2). */
function rtImage(attributes: Attributes): Calibration {
  const spacing = spacingIn(attributes, "ImagePlanePixelSpacing");
  if (!spacing) return inPixels(NO_SIZE);
  const axis = attributes.number("RadiationMachineSAD") ?? 0;
  const image = attributes.number("RTImageSID") ?? 0;
  if (!(axis > 0) || !(image > 0)) return inMillimetres("ImagePlanePixelSpacing", spacing, "at image plane");
  const [row, column] = spacing;
  return inMillimetres("ImagePlanePixelSpacing", [(row * axis) / image, (column * axis) / image], "at isocentre");
}

/** How much higher than wide a pixel is: angles need no more (PS3.3 C.7.6.3.1.7). */
export function aspectOf(calibration: Calibration, frame: ImageFrame | undefined): number {
  if (calibration.kind === "mm") return calibration.row / calibration.column;
  const [vertical, horizontal] = frame?.attributes.numbers("PixelAspectRatio") ?? [];
  return vertical && horizontal && vertical > 0 && horizontal > 0 ? vertical / horizontal : 1;
}
