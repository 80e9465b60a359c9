import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { GreyPixels } from "../model/images";
import { elementsOf, type JsonDataSet } from "./attributes";
import { framesOf } from "./frames";
import { greyLevels } from "./grey_levels";
import { decodeFrame, type FramePicture } from "./pixels";
import { automaticWindow, windowOfValues } from "./window";

interface Pictured {
  readonly dataSet: JsonDataSet;
  readonly native: string;
  readonly window: readonly [number, number];
  readonly grey: string;
}

const pictures = JSON.parse(readFileSync(new URL("./fixtures/pictures.json", import.meta.url), "utf-8")) as Record<
  string,
  Pictured
>;
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const noBulk = () => Promise.reject(new Error("nothing stands elsewhere here"));

async function decoded(name: string, changes: JsonDataSet = {}): Promise<FramePicture & { pixels: GreyPixels }> {
  const { dataSet, native } = pictures[name] as Pictured;
  const [frame] = framesOf({ ...dataSet, ...changes });
  if (!frame) throw new Error("no frame");
  const picture = await decodeFrame(frame, elementsOf(frame), bytesOf(native).buffer, {}, noBulk);
  if (picture.pixels.kind !== "grey") throw new Error("no grey");
  return { ...picture, pixels: picture.pixels };
}

const mean = (values: Iterable<number>): number => {
  const all = [...values];
  return all.reduce((sum, value) => sum + value, 0) / all.length;
};
const number = (vr: string, ...values: number[]) => ({ vr, Value: values });

describe("pictures of real files", () => {
  test.each(Object.keys(pictures))("%s has the grey levels that pydicom's array has", async (name) => {
    const [center, width] = pictures[name]?.window ?? [0, 1];
    const { pixels } = await decoded(name);
    const levels = greyLevels(pixels, { center, width, function: "LINEAR" }, false);
    expect(levels).toEqual(bytesOf(pictures[name]?.grey ?? ""));
  });

  test("CT_small under the usual windows", async () => {
    const { pixels } = await decoded("CT_small.dcm");
    const levels = (center: number, width: number) => greyLevels(pixels, { center, width, function: "LINEAR" }, false);
    const soft = levels(40, 400);
    expect(mean(soft)).toBeCloseTo(101.52, 1);
    expect([soft.filter((level) => level === 0).length, soft.filter((level) => level === 255).length]).toEqual([3772, 1443]);
    const brain = levels(40, 80);
    expect(mean(brain)).toBeCloseTo(90.54, 1);
    expect([brain.filter((level) => level === 0).length, brain.filter((level) => level === 255).length]).toEqual([8131, 3663]);
    expect(mean(levels(-600, 1500))).toBeCloseTo(204.56, 1);
    expect(levels(-600, 1500)[0]).toBe(85);
    expect(levels(480, 2500)[64 * 128 + 64]).toBe(171);
  });

  test("CT_small under the other two functions", async () => {
    const { pixels } = await decoded("CT_small.dcm");
    const meanOf = (name: "SIGMOID" | "LINEAR_EXACT") =>
      mean(greyLevels(pixels, { center: 40, width: 400, function: name }, false));
    expect(Math.abs(meanOf("SIGMOID") - 101.14)).toBeLessThan(0.1);
    expect(Math.abs(meanOf("LINEAR_EXACT") - 101.32)).toBeLessThan(0.1);
  });

  test("a CT is in Hounsfield units and opens in the window of its kind", async () => {
    const picture = await decoded("CT_small.dcm");
    expect(picture.pixels.unit).toBe("HU");
    expect(picture.firstWindow).toMatchObject({ center: 40, width: 400 });
  });

  test("an MR opens in the window of its file and has no unit", async () => {
    const { firstWindow, pixels, windows } = await decoded("MR_small.dcm");
    expect(firstWindow).toEqual({ center: 600, width: 1600, function: "LINEAR" });
    expect(windows.map(({ label }) => label)).toEqual(["From the file"]);
    expect(pixels.unit).toBe("");
    expect(greyLevels(pixels, firstWindow, false)[32 * 64 + 32]).toBe(61);
  });

  test("a window that cannot be computed gives way to one that can, and is told", async () => {
    const { firstWindow, notes } = await decoded("MR_small.dcm", { "00281051": number("DS", 0) });
    expect(firstWindow.width).toBeGreaterThan(0);
    expect(notes).toEqual(["The window in the file (0028,1050) is not valid."]);
  });

  test("two centers for one width are no window", async () => {
    const { windows } = await decoded("MR_small.dcm", { "00281050": number("DS", 600, 400) });
    expect(windows).toEqual([]);
  });

  test("several windows of a file are alternatives by their explanations", async () => {
    const { windows } = await decoded("MR_small.dcm", {
      "00281050": number("DS", 600, 400),
      "00281051": number("DS", 1600, 800),
      "00281055": { vr: "LO", Value: ["WIDE", null] },
    });
    expect(windows.map(({ label, voi }) => [label, voi.width])).toEqual([
      ["WIDE", 1600],
      ["From the file 2", 800],
    ]);
  });

  test("padding is left out of automatic windows", async () => {
    const { pixels } = await decoded("CT_small.dcm", { "00280120": number("SS", 128), "00280121": number("US", 300) });
    expect(pixels.padding).toEqual([128, 300]);
    expect(automaticWindow(pixels).center - automaticWindow(pixels).width / 2).toBeGreaterThan(300 + pixels.intercept);
  });

  test("the values decide the window of an MR without its extremes", async () => {
    const { pixels } = await decoded("MR_small.dcm");
    const [frame] = framesOf(pictures["MR_small.dcm"]?.dataSet ?? {});
    const window = windowOfValues(frame as never, pixels);
    expect(window.center + window.width / 2).toBeLessThan(2145);
    expect(window.function).toBe("LINEAR_EXACT");
  });
});

describe("windows by the kind of image", () => {
  const pet: JsonDataSet = {
    "00080022": { vr: "DA", Value: ["20260101"] },
    "00080032": { vr: "TM", Value: ["110000"] },
    "00080021": { vr: "DA", Value: ["20260101"] },
    "00080031": { vr: "TM", Value: ["110000"] },
    "00080060": { vr: "CS", Value: ["PT"] },
    "00101030": number("DS", 70),
    "00280051": { vr: "CS", Value: ["ATTN", "DECY"] },
    "00281050": { vr: "DS" },
    "00281051": { vr: "DS" },
    "00540016": {
      vr: "SQ",
      Value: [{ "00181072": { vr: "TM", Value: ["100000"] }, "00181074": number("DS", 370e6), "00181075": number("DS", 6586.2) }],
    },
    "00541001": { vr: "CS", Value: ["BQML"] },
    "00541102": { vr: "CS", Value: ["START"] },
  };

  test("a PET opens from 0 to 5 SUV where the uptake is known", async () => {
    const { firstWindow, pixels } = await decoded("MR_small.dcm", pet);
    const upper = firstWindow.center + firstWindow.width / 2;
    expect(upper * 2.7634e-4).toBeCloseTo(5, 2);
    expect(firstWindow.center - firstWindow.width / 2).toBeCloseTo(0, 6);
    expect(pixels.unit).toBe("Bq/ml");
  });

  test("without a weight it opens by its values", async () => {
    const { firstWindow } = await decoded("MR_small.dcm", { ...pet, "00101030": { vr: "DS" } });
    expect(firstWindow.width).toBeLessThan(5000);
  });

  test("a dose is in gray by the scaling of its grid", async () => {
    const dose = { "3004000E": number("DS", 1e-6), "30040002": { vr: "CS", Value: ["GY"] } };
    const { pixels } = await decoded("MR_small.dcm", dose);
    expect([pixels.slope, pixels.unit]).toEqual([1e-6, "Gy"]);
  });
});

describe("bits in words", () => {
  const layout = (stored: number, high: number, signed: number): JsonDataSet => ({
    "00080060": { vr: "CS", Value: ["OT"] },
    "00280002": number("US", 1),
    "00280004": { vr: "CS", Value: ["MONOCHROME2"] },
    "00280010": number("US", 1),
    "00280011": number("US", 4),
    "00280100": number("US", 16),
    "00280101": number("US", stored),
    "00280102": number("US", high),
    "00280103": number("US", signed),
    "7FE00010": { vr: "OW", BulkDataURI: "/bulk" },
  });
  const valuesOf = async (dataSet: JsonDataSet, words: number[]): Promise<number[]> => {
    const [frame] = framesOf(dataSet);
    if (!frame) throw new Error("no frame");
    const bytes = Uint16Array.from(words).buffer;
    const { pixels } = await decodeFrame(frame, elementsOf(frame), bytes, {}, noBulk);
    return pixels.kind === "grey" ? [...pixels.stored] : [];
  };

  test("what lies outside of the stored bits never counts", async () => {
    expect(await valuesOf(layout(12, 11, 0), [0xf001, 0x0fff, 0x8000, 7])).toEqual([1, 4095, 0, 7]);
  });

  test("a sign is carried on from the highest stored bit", async () => {
    expect(await valuesOf(layout(12, 11, 1), [0x0fff, 0x0800, 0x07ff, 0xf001])).toEqual([-1, -2048, 2047, 1]);
  });

  test("stored bits may begin above the lowest", async () => {
    expect(await valuesOf(layout(12, 15, 0), [0x0010, 0xfff0, 0x000f, 0x1234])).toEqual([1, 4095, 0, 0x123]);
  });

  test("a frame that breaks off is filled up, and how much is there is told", async () => {
    const dataSet = { ...layout(16, 15, 0), "00280010": number("US", 2) };
    const [frame] = framesOf(dataSet);
    if (!frame) throw new Error("no frame");
    const { pixels, notes } = await decodeFrame(frame, elementsOf(frame), Uint16Array.of(1, 2, 3, 4).buffer, {}, noBulk);
    expect(pixels.kind === "grey" && [...pixels.stored]).toEqual([1, 2, 3, 4, 0, 0, 0, 0]);
    expect(notes).toEqual(["Only 1 of 2 rows of this picture are there."]);
  });

  test("stored bits that cannot lie in their word are refused with a sentence", async () => {
    await expect(valuesOf(layout(12, 7, 0), [0, 0, 0, 0])).rejects.toThrow("12 bits stored (0028,0101) below high bit 7");
  });
});
