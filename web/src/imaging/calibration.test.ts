import { describe, expect, it } from "vitest";
import type { Point } from "../model/images";
import type { JsonDataSet } from "./attributes";
import { aspectOf, calibrationAt } from "./calibration";
import { framesOf } from "./frames";
import { tagOf } from "./keywords";
import { NO_SIZE } from "./pixel_size";

const CT = "1.2.840.10008.5.1.4.1.1.2";
const CR = "1.2.840.10008.5.1.4.1.1.1";
const DX = "1.2.840.10008.5.1.4.1.1.1.1";
const US = "1.2.840.10008.5.1.4.1.1.6.1";
const SC = "1.2.840.10008.5.1.4.1.1.7";

/** A frame of these attributes. */
function frame(
  sopClassUid: string,
  modality: string,
  attributes: Record<string, readonly unknown[]>,
  size: [number, number] = [512, 512],
) {
  const all = { SOPClassUID: [sopClassUid], Modality: [modality], Columns: [size[0]], Rows: [size[1]], ...attributes };
  const dataSet: Record<string, { vr: string; Value: readonly unknown[] }> = { "7FE00010": { vr: "OW", Value: [] } };
  for (const [keyword, Value] of Object.entries(all)) dataSet[tagOf(keyword)] = { vr: "UN", Value };
  const [made] = framesOf(dataSet as JsonDataSet);
  if (!made) throw new Error("the test's frame has no pixels");
  return made;
}

const item = (attributes: Record<string, number>) =>
  Object.fromEntries(Object.entries(attributes).map(([keyword, value]) => [tagOf(keyword), { vr: "UN", Value: [value] }]));

const A: Point = { x: 100, y: 100 };
const B: Point = { x: 200, y: 100 };

/** Millimetres of 100 pixels along a row, with the words that go with them. */
function hundred(made: ReturnType<typeof frame>, ends: readonly Point[] = [A, B]) {
  const found = calibrationAt(made, ends);
  return [found.kind, Number((100 * found.column).toFixed(2)), found.label];
}

describe("slices", () => {
  it("a CT is measured by its Pixel Spacing", () => {
    const found = calibrationAt(frame(CT, "CT", { PixelSpacing: [0.661468, 0.661468] }), [A, B]);
    expect(found.statement).toBe("Pixel Spacing, 0.661 mm a pixel");
    expect([found.tag, found.column * 100]).toEqual(["(0028,0030)", 66.1468]);
  });
  it("rows and columns of a scout are measured each by their own, and it says where that is true", () => {
    const found = calibrationAt(
      frame(CT, "CT", { PixelSpacing: [0.545455, 0.596847], ImageType: ["ORIGINAL", "PRIMARY", "LOCALIZER"] }),
      [A, B],
    );
    expect([found.row, found.column, found.label]).toEqual([0.545455, 0.596847, "scout: true at isocentre only"]);
    expect(found.statement).toContain("0.545 by 0.597 mm a pixel");
  });
  it.each([[[0, 0]], [[0.5]], [[]], [["x", "y"]], [[-1, 1]]])("a spacing of %s is no size", (spacing) => {
    expect(hundred(frame(CT, "CT", { PixelSpacing: spacing }))).toEqual(["px", 100, NO_SIZE]);
  });
});

describe("projections", () => {
  it.each([
    [{ ImagerPixelSpacing: [0.15, 0.15] }, 15, "at detector: larger than the patient"],
    [{ ImagerPixelSpacing: [0.15, 0.15], PixelSpacing: [0.15, 0.15] }, 15, "at detector: larger than the patient"],
    [{ ImagerPixelSpacing: [0.15, 0.15], EstimatedRadiographicMagnificationFactor: [1.5] }, 10, "÷ 1.50 (ERMF)"],
    [
      { ImagerPixelSpacing: [0.15, 0.15], DistanceSourceToDetector: [1000], DistanceSourceToPatient: [650] },
      9.75,
      "÷ 1.54 (SID/SOD)",
    ],
    [
      { PixelSpacing: [0.143, 0.143], ImagerPixelSpacing: [0.15, 0.15], PixelSpacingCalibrationType: ["FIDUCIAL"] },
      14.3,
      "calibrated (fiducial)",
    ],
    [
      { PixelSpacing: [0.143, 0.143], ImagerPixelSpacing: [0.15, 0.15], PixelSpacingCalibrationType: ["GEOMETRY"] },
      14.3,
      "corrected for magnification",
    ],
    [{ PixelSpacing: [0.143, 0.143], ImagerPixelSpacing: [0.15, 0.15] }, 14.3, "corrected, method not stated"],
    [{ PixelSpacing: [0.143, 0.143] }, 14.3, "mm, origin not stated"],
  ])("%o measures 100 pixels as %f mm, %s", (attributes, millimetres, label) => {
    expect(hundred(frame(DX, "DX", attributes))).toEqual(["mm", millimetres, label]);
  });
  it("a CR with Imager Pixel Spacing 0.1 is 10 mm at the detector", () => {
    expect(hundred(frame(CR, "CR", { ImagerPixelSpacing: [0.1, 0.1] }))[1]).toBe(10);
  });
  it("one without any size is measured in pixels, with the reason", () => {
    expect(hundred(frame(DX, "DX", { PixelSpacing: [0, 0] }))).toEqual(["px", 100, NO_SIZE]);
    expect(hundred(frame("1.2.840.10008.5.1.4.1.1.12.1", "XA", {}))).toEqual(["px", 100, NO_SIZE]);
  });
  it("what was scanned from film is millimetres on the film", () => {
    expect(hundred(frame(SC, "OT", { NominalScannedPixelSpacing: [0.2, 0.2] }))).toEqual(["mm", 20, "mm on the film"]);
    expect(hundred(frame(SC, "OT", {}))[0]).toBe("px");
  });
  it("a portal image is smaller at the isocentre than in its plane", () => {
    const image = { ImagePlanePixelSpacing: [0.4, 0.4], RadiationMachineSAD: [1000], RTImageSID: [1500] };
    const [kind, millimetres, label] = hundred(frame("1.2.840.10008.5.1.4.1.1.481.1", "RTIMAGE", image));
    expect([kind, millimetres, label]).toEqual(["mm", 26.67, "at isocentre"]);
  });
  it("a photograph has no size, whatever it says", () => {
    expect(hundred(frame("1.2.840.10008.5.1.4.1.1.77.1.4", "XC", { PixelSpacing: [1, 1] }))[0]).toBe("px");
  });
});

describe("ultrasound", () => {
  const sector = item({
    RegionLocationMinX0: 120,
    RegionLocationMinY0: 60,
    RegionLocationMaxX1: 800,
    RegionLocationMaxY1: 518,
    PhysicalUnitsXDirection: 3,
    PhysicalUnitsYDirection: 3,
    PhysicalDeltaX: 0.02622878766,
    PhysicalDeltaY: 0.02622878766,
  });
  const strip = item({
    RegionLocationMinX0: 176,
    RegionLocationMinY0: 522,
    RegionLocationMaxX1: 743,
    RegionLocationMaxY1: 576,
    PhysicalUnitsXDirection: 4,
    PhysicalUnitsYDirection: 0,
    PhysicalDeltaX: 0.0096427,
    PhysicalDeltaY: 1,
  });
  const picture = frame(US, "US", { SequenceOfUltrasoundRegions: [sector, strip] }, [820, 620]);

  it("a length inside one region is in millimetres", () => {
    expect(
      hundred(picture, [
        { x: 200, y: 100 },
        { x: 300, y: 100 },
      ]),
    ).toEqual(["mm", 26.23, ""]);
  });
  it("a region of seconds measures seconds", () => {
    const found = calibrationAt(picture, [
      { x: 200, y: 540 },
      { x: 300, y: 540 },
    ]);
    expect([found.kind, found.columnUnit, Number((found.column * 100).toFixed(3))]).toEqual(["region", "s", 0.964]);
  });
  it("across a border, and outside of all regions, there are only pixels", () => {
    expect(
      calibrationAt(picture, [
        { x: 200, y: 100 },
        { x: 200, y: 540 },
      ]).statement,
    ).toContain("crosses the border");
    expect(
      calibrationAt(picture, [
        { x: 5, y: 5 },
        { x: 9, y: 5 },
      ]).statement,
    ).toContain("outside");
  });
  it("two pictures side by side are not measured across", () => {
    const box = (left: number, right: number) =>
      item({
        RegionLocationMinX0: left,
        RegionLocationMinY0: 0,
        RegionLocationMaxX1: right,
        RegionLocationMaxY1: 400,
        PhysicalUnitsXDirection: 3,
        PhysicalUnitsYDirection: 3,
        PhysicalDeltaX: 0.0382653,
        PhysicalDeltaY: 0.0382653,
      });
    const two = frame(US, "US", { SequenceOfUltrasoundRegions: [box(32, 335), box(336, 639)] }, [640, 480]);
    expect(
      hundred(two, [
        { x: 100, y: 50 },
        { x: 200, y: 50 },
      ]),
    ).toEqual(["mm", 38.27, ""]);
    expect(
      hundred(two, [
        { x: 300, y: 50 },
        { x: 400, y: 50 },
      ])[0],
    ).toBe("px");
  });
  it("a region that was made for another picture is refused", () => {
    const small = frame(US, "US", { SequenceOfUltrasoundRegions: [sector] }, [320, 240]);
    expect(
      hundred(small, [
        { x: 150, y: 100 },
        { x: 250, y: 100 },
      ]),
    ).toEqual(["px", 100, "The ultrasound region does not fit this picture."]);
  });
  it("without regions Pixel Spacing is used, and said", () => {
    expect(hundred(frame(US, "US", { PixelSpacing: [0.2, 0.2] }))).toEqual(["mm", 20, "no regions"]);
  });
});

describe("angles", () => {
  it("need only how much higher than wide a pixel is", () => {
    const tall = frame(CT, "CT", { PixelSpacing: [2, 1] });
    expect(aspectOf(calibrationAt(tall, [A]), tall)).toBe(2);
    const unsized = frame(SC, "OT", { PixelAspectRatio: ["4", "3"] });
    expect(aspectOf(calibrationAt(unsized, [A]), unsized)).toBeCloseTo(4 / 3);
  });
});
