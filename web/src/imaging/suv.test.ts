import { expect, it } from "vitest";
import type { JsonDataSet } from "./attributes";
import { framesOf } from "./frames";
import { tagOf } from "./keywords";
import { suvOf } from "./suv";

const element = (Value: readonly unknown[]) => ({ vr: "UN", Value });

/** A PET frame: 370 MBq of fluorine 18, one hour, 70 kg. */
function pet(changes: Record<string, readonly unknown[]> = {}, drugChanges: Record<string, readonly unknown[]> = {}) {
  const drug = {
    RadionuclideTotalDose: [370e6],
    RadionuclideHalfLife: [6586.2],
    RadiopharmaceuticalStartTime: ["130000"],
    ...drugChanges,
  };
  const all = {
    Modality: ["PT"],
    Rows: [1],
    Columns: [1],
    Units: ["BQML"],
    CorrectedImage: ["ATTN", "DECY"],
    DecayCorrection: ["START"],
    PatientWeight: [70],
    SeriesDate: ["20260101"],
    SeriesTime: ["140000"],
    AcquisitionDate: ["20260101"],
    AcquisitionTime: ["140000"],
    ...changes,
  };
  const dataSet: Record<string, unknown> = { "7FE00010": element([]) };
  for (const [keyword, value] of Object.entries(all)) dataSet[tagOf(keyword)] = element(value);
  const item = Object.fromEntries(Object.entries(drug).map(([keyword, value]) => [tagOf(keyword), element(value)]));
  dataSet[tagOf("RadiopharmaceuticalInformationSequence")] = element([item]);
  const [frame] = framesOf(dataSet as JsonDataSet);
  if (!frame) throw new Error("the test's frame has no pixels");
  return frame;
}

it("5,000 Bq/ml one hour after 370 MBq in 70 kg are 1.38", () => {
  const suv = suvOf(pet());
  expect(suv?.isValid && suv.factor * 5000).toBeCloseTo(1.382, 3);
});

it("decay corrected to the injection needs no times", () => {
  const suv = suvOf(pet({ DecayCorrection: ["ADMIN"], SeriesTime: [""] }));
  expect(suv?.isValid && suv.factor).toBeCloseTo(70000 / 370e6);
});

it("an injection before midnight was on the day before", () => {
  const suv = suvOf(pet({ SeriesTime: ["003000"], AcquisitionTime: ["003000"] }, { RadiopharmaceuticalStartTime: ["233000"] }));
  expect(suv?.isValid && suv.factor * 5000).toBeCloseTo(1.382, 3);
});

it.each([
  [{ PatientWeight: [] }, {}, "no weight"],
  [{ CorrectedImage: ["DECY"] }, {}, "not corrected for attenuation"],
  [{ Units: ["CNTS"] }, {}, "the unit CNTS cannot be turned into uptake"],
  [{ DecayCorrection: ["NONE"] }, {}, "decay correction not stated"],
  [{}, { RadionuclideTotalDose: [370] }, "the dose is not in becquerel"],
  [{}, { RadionuclideHalfLife: [] }, "no half-life"],
  [{}, { RadiopharmaceuticalStartTime: [""] }, "no times of injection and scan"],
])("what is missing is the reason: %o %o", (changes, drugChanges, reason) => {
  expect(suvOf(pet(changes, drugChanges))).toEqual({ isValid: false, reason });
});

it("another modality has no uptake", () => {
  expect(suvOf(pet({ Modality: ["CT"] }))).toBeUndefined();
});
