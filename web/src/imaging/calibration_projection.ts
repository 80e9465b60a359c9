/**
 * The size of a pixel in a projection: detector, magnification and what the maker says of both (PS3.3 10.7, C.8.11.3, C.8.7.3).
 *
 * Attributes come in; millimetres and how far they may be trusted go out. An X-ray image is larger than the patient at its
 * detector; a number that was not corrected says so.
 */

import type { Attributes } from "../model/images";
import { type Calibration, inMillimetres, inPixels, NO_SIZE, type Spacing, spacingIn } from "./pixel_size";

/** Spacings that differ by more than this are not the same. */
const SAME = 1e-3;

/** The rules of a projection, the first that fits. */
export function projection(attributes: Attributes): Calibration {
  const inBeam = spacingIn(attributes, "ObjectPixelSpacingInCenterOfBeam");
  if (inBeam) return inMillimetres("ObjectPixelSpacingInCenterOfBeam", inBeam, "in the centre of the beam");
  const stated = spacingIn(attributes, "PixelSpacing");
  const imager = spacingIn(attributes, "ImagerPixelSpacing");
  const nominal = spacingIn(attributes, "NominalScannedPixelSpacing");
  const type = attributes.text("PixelSpacingCalibrationType");
  const described = attributes.text("PixelSpacingCalibrationDescription");
  if (stated && type === "FIDUCIAL") {
    return inMillimetres("PixelSpacing", stated, ["calibrated (fiducial)", described].filter(Boolean).join(": "));
  }
  if (stated && type === "GEOMETRY") {
    return inMillimetres("PixelSpacing", stated, ["corrected for magnification", described].filter(Boolean).join(": "));
  }
  const detector = imager ?? nominal;
  if (stated && detector && differ(stated, detector)) {
    return inMillimetres("PixelSpacing", stated, "corrected, method not stated");
  }
  if (imager) return atDetector(attributes, imager);
  if (nominal) return inMillimetres("NominalScannedPixelSpacing", nominal, "mm on the film");
  return stated ? inMillimetres("PixelSpacing", stated, "mm, origin not stated") : inPixels(NO_SIZE);
}

function differ(one: Spacing, other: Spacing): boolean {
  return Math.abs(one[0] - other[0]) > SAME * other[0] || Math.abs(one[1] - other[1]) > SAME * other[1];
}

/** The detector's own pixels, divided by the magnification where it is told. */
function atDetector(attributes: Attributes, imager: Spacing): Calibration {
  const factor = attributes.number("EstimatedRadiographicMagnificationFactor") ?? 0;
  if (factor > 1) return divided(imager, factor, "ERMF");
  const toDetector = attributes.number("DistanceSourceToDetector") ?? 0;
  const toPatient = attributes.number("DistanceSourceToPatient") ?? 0;
  if (toPatient > 0 && toDetector > toPatient) return divided(imager, toDetector / toPatient, "SID/SOD");
  return inMillimetres("ImagerPixelSpacing", imager, "at detector: larger than the patient");
}

function divided([row, column]: Spacing, by: number, how: string): Calibration {
  return inMillimetres("ImagerPixelSpacing", [row / by, column / by], `÷ ${by.toFixed(2)} (${how})`);
}
