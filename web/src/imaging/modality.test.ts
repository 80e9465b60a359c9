import { describe, expect, test } from "vitest";
import type { GreyPixels, ImageFrame } from "../model/images";
import { DicomAttributes, type JsonDataSet } from "./attributes";
import { modalityOf, modalityValue, unitOf } from "./modality";
import { percentile, valueCounts } from "./value_counts";

const text = (...values: string[]) => ({ vr: "CS", Value: values });
const number = (...values: number[]) => ({ vr: "DS", Value: values });
const CT = "1.2.840.10008.5.1.4.1.1.2";
const CAPTURE = "1.2.840.10008.5.1.4.1.1.7";
const noBulk = () => Promise.reject(new Error("nothing stands elsewhere"));
const frame = (values: JsonDataSet, sopClassUid = CT) =>
  ({ sopClassUid, attributes: new DicomAttributes([values]) }) as unknown as ImageFrame;
const grey = (stored: GreyPixels["stored"], more: Partial<GreyPixels> = {}): GreyPixels => ({
  kind: "grey",
  rows: 1,
  columns: stored.length,
  stored,
  slope: 1,
  intercept: 0,
  inverse: false,
  unit: "",
  ...more,
});

describe("the unit of values", () => {
  const ct: JsonDataSet = { "00080060": text("CT"), "00281052": number(-1024) };

  test.each([
    ["a CT with a rescale intercept is in Hounsfield units", frame(ct), "HU"],
    ["a localizer is not", frame({ ...ct, "00080008": text("ORIGINAL", "PRIMARY", "LOCALIZER") }), ""],
    ["a capture is not", frame(ct, CAPTURE), ""],
    ["a capture of several frames is not", frame(ct, `${CAPTURE}.3`), ""],
    ["a class that only begins with the same digits is", frame(ct, `${CAPTURE}7.1.4`), "HU"],
    ["a CT whose type is unspecified is not", frame({ ...ct, "00281054": text("US") }), ""],
    ["another type is told as it is", frame({ "00080060": text("CR"), "00281054": text("OD") }), "OD"],
    ["PET tells its units", frame({ "00080060": text("PT"), "00541001": text("BQML") }), "Bq/ml"],
    ["MR has none", frame({ "00080060": text("MR") }), ""],
  ])("%s", (_, of, expected) => {
    expect(unitOf(of)).toBe(expected);
  });
});

describe("the Modality LUT", () => {
  test("a table takes its ends for what lies outside of it", () => {
    const pixels = grey(Int16Array.of(), { modalityTable: { first: -1, values: Float64Array.of(5, 6, 7) } });
    expect([-9, -1, 0, 1, 9].map((stored) => modalityValue(pixels, stored))).toEqual([5, 5, 6, 7, 7]);
  });

  test("logarithmic X-ray projections are shown without theirs", async () => {
    const values: JsonDataSet = { "00281040": text("LOG"), "00281053": number(3), "00281052": number(5) };
    const attributes = new DicomAttributes([values]);
    const of = (sopClass: string) => modalityOf(frame(values, sopClass), attributes, false, noBulk);
    expect(await of("1.2.840.10008.5.1.4.1.1.12.1")).toEqual({ slope: 1, intercept: 0 });
    expect(await of(CT)).toEqual({ slope: 3, intercept: 5 });
  });
});

describe("how often values occur", () => {
  test("in the modality's unit, in ascending order, without padding", () => {
    const { values, counts, total } = valueCounts(grey(Int16Array.of(-5, 3, 3, -2000), { slope: -2, padding: [-2000, -1999] }));
    expect([[...values], [...counts], total]).toEqual([[-6, 10], [2, 1], 3]);
  });

  test("floats keep their extremes, and what is no number is not counted", () => {
    const { values, total } = valueCounts(grey(Float32Array.of(0.25, Number.NaN, -8, 1000.5)));
    expect([values[0], values.at(-1), total]).toEqual([-8, 1000.5, 3]);
  });

  test("a percentile is a value that occurs", () => {
    const counted = valueCounts(grey(Uint8Array.from({ length: 100 }, (_, index) => index)));
    expect([0, 1, 50, 99.5, 100].map((percent) => percentile(counted, percent))).toEqual([0, 0, 49, 99, 99]);
    expect(percentile({ values: new Float64Array(), counts: new Uint32Array(), total: 0 }, 50)).toBe(0);
  });
});
