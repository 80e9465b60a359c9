import { describe, expect, it } from "vitest";
import { centreOfFrame, linkedIndex, nearestIndex } from "./linking";
import { volume } from "./volumes.fixture";

describe("linked scrolling", () => {
  const thin = volume({ id: "thin", slices: 21, gap: 1 });
  const thick = volume({ id: "thick", slices: 5, gap: 5 });

  it("goes to the same place in the patient, not to the same number", () => {
    expect(linkedIndex(thin, 10, thick)).toBe(2);
    expect(linkedIndex(thick, 3, thin)).toBe(15);
  });

  it("keeps two cells of the same stack together", () => {
    expect(linkedIndex(thin, 7, thin)).toBe(7);
  });

  it("follows a stack that is numbered from the other side", () => {
    const upside = volume({ id: "upside", slices: 21, gap: 1, first: [-50, 50, 20], down: [0, -1, 0] });
    expect(linkedIndex(thin, 5, upside)).toBe(15);
  });

  it("leaves alone what is of another frame of reference, of another plane, in time, or too far away", () => {
    expect(linkedIndex(thin, 10, volume({ id: "other", frameOfReferenceUid: "8" }))).toBeUndefined();
    expect(linkedIndex(thin, 10, volume({ id: "sagittal", across: [0, 1, 0], down: [0, 0, -1] }))).toBeUndefined();
    expect(linkedIndex(thin, 10, volume({ id: "clip", isClip: true }))).toBeUndefined();
    expect(linkedIndex(thin, 10, volume({ id: "far", first: [-50, -50, 200] }))).toBeUndefined();
  });

  it("finds the middle of an image and the image nearest to a point", () => {
    expect(centreOfFrame(thin, 4)).toEqual([0, 0, 4]);
    expect(nearestIndex(thin, [0, 0, 7.4])).toEqual({ index: 7, millimetres: expect.closeTo(0.4, 6) });
  });
});
