import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { elementsOf, type JsonDataSet } from "@/imaging/attributes";
import { framesOf } from "@/imaging/frames";
import { decodeFrame } from "@/imaging/pixels";
import type { Point } from "@/model/images";
import type { PictureSlot } from "../slots";
import { readingOf } from "./readings";
import { shapeOf } from "./shapes";

const FIXTURES = new URL("../../../imaging/fixtures/pictures.json", import.meta.url);
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** A cell that shows a picture of the fixtures, as far as a reading looks at it. */
async function shown(name: string, modality: string): Promise<PictureSlot> {
  const { dataSet, native } = JSON.parse(readFileSync(FIXTURES, "utf-8"))[name] as { dataSet: JsonDataSet; native: string };
  const [frame] = framesOf(dataSet);
  if (!frame) throw new Error("no frame");
  const picture = await decodeFrame(frame, elementsOf(frame), bytesOf(native).buffer, {}, () =>
    Promise.reject(new Error("no bulk")),
  );
  return { frame, pixels: picture.pixels, plane: undefined, stack: { modality } } as unknown as PictureSlot;
}

const p = (x: number, y: number): Point => ({ x, y });
const rounded = (reading: ReturnType<typeof readingOf>) =>
  Object.fromEntries(reading.quantities.map(({ name, value, unit }) => [name, `${value.toFixed(4)} ${unit}`.trim()]));

describe("a CT of 0.661468 mm in Hounsfield units", () => {
  let ct: PictureSlot;
  beforeAll(async () => {
    ct = await shown("CT_small.dcm", "CT");
  });

  it("100 pixels are 66.1 mm by Pixel Spacing", () => {
    const reading = readingOf(ct, "length", [p(10, 20), p(110, 20)]);
    expect(reading.headline).toBe("66.1 mm");
    expect(reading.quantities[0]?.value).toBeCloseTo(66.1468, 4);
    expect(reading.source).toMatchObject({ name: "Pixel Spacing", tag: "(0028,0030)" });
  });

  it("a rectangle drawn from centre to centre holds 400 pixels", () => {
    const reading = readingOf(ct, "rectangle", [p(40, 50), p(59, 69)]);
    expect(rounded(reading)).toEqual({
      area: "157.9519 mm²",
      mean: "384.6425 HU",
      standard_deviation: "294.8631 HU",
      minimum: "-30.0000 HU",
      maximum: "1129.0000 HU",
    });
  });

  it("an ellipse and a circle hold the pixels whose centres they hold", () => {
    const ellipse = readingOf(ct, "ellipse", shapeOf("ellipse", [p(54, 58), p(74, 70)]));
    expect(rounded(ellipse)).toMatchObject({ area: "82.4743 mm²", mean: "553.9405 HU", standard_deviation: "286.2483 HU" });
    const circle = readingOf(ct, "ellipse", shapeOf("ellipse", [p(54, 54), p(74, 74)]));
    expect(rounded(circle)).toMatchObject({ area: "137.4572 mm²", mean: "441.3155 HU", standard_deviation: "303.5881 HU" });
  });

  it("a probe tells the value of the nearest pixel", () => {
    expect(readingOf(ct, "probe", [p(0.4, -0.4)]).headline).toBe("-849 HU");
    expect(readingOf(ct, "probe", [p(-3, 0)]).headline).toBe("no value");
  });

  it("what lies outside of the picture is not counted", () => {
    const reading = readingOf(ct, "rectangle", [p(-20, -20), p(-5, -5)]);
    expect(reading.quantities.map(({ name }) => name)).toEqual(["area"]);
  });
});

describe("an MR", () => {
  it("has values without a unit, and says so", async () => {
    const mr = await shown("MR_small.dcm", "MR");
    const reading = readingOf(mr, "rectangle", [p(10, 10), p(20, 20)]);
    expect(reading.headline).toMatch(/^mean \d+$/);
    expect(reading.listWords).toContain("no unit in MR");
  });
});

describe("pixels that are twice as high as wide", () => {
  it("make angles in the patient, not on the screen", async () => {
    const ct = await shown("CT_small.dcm", "CT");
    const tall = {
      ...ct,
      frame: undefined,
      plane: { rowSpacing: 2, columnSpacing: 1 },
      size: { aspect: 2 },
    } as unknown as PictureSlot;
    expect(readingOf(tall, "angle", [p(10, 0), p(0, 0), p(10, 10)]).headline).toBe("63.4°");
    expect(readingOf(tall, "length", [p(0, 0), p(0, 10)]).headline).toBe("20.0 mm");
  });
});

describe("lines at 30 and at -15 degrees", () => {
  it("make a Cobb angle of 45 in whichever sense they are drawn", async () => {
    const ct = await shown("CT_small.dcm", "CT");
    const line = (degrees: number, from: Point): readonly [Point, Point] => {
      const turn = (degrees * Math.PI) / 180;
      return [from, p(from.x + 40 * Math.cos(turn), from.y + 40 * Math.sin(turn))];
    };
    const [a, b] = line(30, p(10, 10));
    const [c, d] = line(-15, p(10, 90));
    for (const points of [
      [a, b, c, d],
      [b, a, c, d],
      [a, b, d, c],
      [b, a, d, c],
    ]) {
      expect(readingOf(ct, "cobb", points).quantities[0]?.value).toBeCloseTo(45, 6);
    }
  });
});
