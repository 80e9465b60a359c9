import { expect, it } from "vitest";
import { readingFrom } from "./annotations";

const report = (quantities: readonly (readonly [string, number, string])[], calibration = "", label = "") => ({
  kind: "length" as const,
  quantities: quantities.map(([name, value, unit]) => ({ name, value, unit })),
  calibration,
  label,
});

it("a kept length is told as it was measured, with its attribute", () => {
  const reading = readingFrom(
    report([["length", 62.34, "mm"]], "Imager Pixel Spacing, 0.150 mm a pixel, at detector: larger than the patient"),
  );
  expect(reading.headline).toBe("62.3 mm");
  expect(reading.source).toEqual({
    keyword: "ImagerPixelSpacing",
    name: "Imager Pixel Spacing",
    tag: "(0018,1164)",
    label: "at detector: larger than the patient",
  });
});

it("a region tells its mean, and its area in the list", () => {
  const reading = readingFrom(
    report([
      ["area", 141.2, "mm²"],
      ["mean", 232.4, ""],
      ["standard_deviation", 24.06, ""],
    ]),
  );
  expect([reading.headline, reading.second, reading.listValue]).toEqual(["mean 232.40", "SD 24.06  1.41 cm²", "1.41 cm²"]);
});

it("a number of another program keeps the word that it has there", () => {
  const reading = readingFrom(report([["Volume", 12.5, "ml"]], "", "Lesion 1"));
  expect([reading.headline, reading.listWords]).toEqual(["Volume 12.50 ml", "Lesion 1"]);
});
