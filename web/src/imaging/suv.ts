/**
 * Standardised uptake values by body weight of a PET image (PS3.3 C.8.9; QIBA's vendor-neutral rules).
 *
 * A frame comes in; the factor from its values to SUV goes out, or the sentence that says what is missing. Nothing is guessed: an
 * uptake with a wrong dose or moment is worse than none.
 */

import type { Attributes, ImageFrame } from "../model/images";

export type Suv =
  | { readonly isValid: true; readonly factor: number; readonly statement: string }
  | { readonly isValid: false; readonly reason: string };

const GRAMS_A_KILOGRAM = 1000;
/** Less than this was written in MBq by mistake. */
const DOSE_BECQUEREL_MIN = 1e5;
const DAY_SECONDS = 86_400;

const no = (reason: string): Suv => ({ isValid: false, reason });

/** Undefined where the image is no PET. */
export function suvOf(frame: ImageFrame): Suv | undefined {
  const { attributes } = frame;
  if (attributes.text("Modality") !== "PT") return undefined;
  const units = attributes.text("Units");
  const type = attributes.text("SUVType");
  if (units === "GML") {
    return type && type !== "BW" ? no(`the uptake is by ${type}, not by body weight`) : valid(1, "as stored");
  }
  if (units !== "BQML") return no(`the unit ${units || "is not stated"} cannot be turned into uptake`);
  const corrections = attributes.values("CorrectedImage").map(String);
  if (!corrections.includes("ATTN")) return no("not corrected for attenuation");
  if (!corrections.includes("DECY")) return no("not corrected for decay");
  const weight = attributes.number("PatientWeight") ?? 0;
  if (!(weight > 0)) return no("no weight");
  const [drug] = attributes.items("RadiopharmaceuticalInformationSequence");
  const dose = drug?.number("RadionuclideTotalDose") ?? 0;
  if (!drug || !(dose > 0)) return no("no dose");
  if (dose < DOSE_BECQUEREL_MIN) return no("the dose is not in becquerel");
  return decayed(attributes, drug, dose, weight * GRAMS_A_KILOGRAM);
}

const valid = (factor: number, how: string): Suv => ({ isValid: true, factor, statement: `SUV by body weight, ${how}` });

function decayed(attributes: Attributes, drug: Attributes, dose: number, grams: number): Suv {
  const correction = attributes.text("DecayCorrection");
  if (correction === "ADMIN") return valid(grams / dose, "decay corrected to the injection");
  if (correction !== "START") return no("decay correction not stated");
  const halfLife = drug.number("RadionuclideHalfLife") ?? 0;
  if (!(halfLife > 0)) return no("no half-life");
  const scanned = scanMoment(attributes);
  const injected = scanned === undefined ? undefined : injectionMoment(attributes, drug, scanned);
  if (scanned === undefined || injected === undefined) return no("no times of injection and scan");
  const seconds = scanned - injected;
  if (seconds < 0 || seconds > DAY_SECONDS) return no("the times of injection and scan do not fit together");
  return valid(grams / (dose * 2 ** (-seconds / halfLife)), `${Math.round(seconds / 60)} minutes after the injection`);
}

/** The series' beginning, unless an acquisition began earlier: then the series was reformatted later. */
function scanMoment(attributes: Attributes): number | undefined {
  const series = moment(attributes.text("SeriesDate"), attributes.text("SeriesTime"));
  const acquired = moment(attributes.text("AcquisitionDate"), attributes.text("AcquisitionTime"));
  if (series === undefined) return acquired;
  return acquired === undefined || series <= acquired ? series : acquired;
}

function injectionMoment(attributes: Attributes, drug: Attributes, scanned: number): number | undefined {
  const whole = drug.text("RadiopharmaceuticalStartDateTime");
  if (whole) return moment(whole.slice(0, 8), whole.slice(8));
  const onDay = moment(
    attributes.text("SeriesDate") || attributes.text("AcquisitionDate"),
    drug.text("RadiopharmaceuticalStartTime"),
  );
  if (onDay === undefined) return undefined;
  return onDay > scanned ? onDay - DAY_SECONDS : onDay;
}

/** Seconds since 1970 of a date and a time as DICOM writes them; time zones are the same for both ends. */
function moment(date: string, time: string): number | undefined {
  const day = /^(\d{4})(\d\d)(\d\d)/.exec(date);
  const clock = /^(\d\d)(\d\d)?(\d\d(?:\.\d+)?)?/.exec(time);
  if (!day || !clock) return undefined;
  const midnight = Date.UTC(Number(day[1]), Number(day[2]) - 1, Number(day[3])) / 1000;
  return midnight + Number(clock[1]) * 3600 + Number(clock[2] ?? 0) * 60 + Number(clock[3] ?? 0);
}
