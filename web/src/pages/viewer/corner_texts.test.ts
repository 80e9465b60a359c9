import { describe, expect, it } from "vitest";
import { frameAttributes } from "@/imaging/attributes";
import type { ImageFrame, Stack } from "@/model/images";
import { ageWords, noticeWords, personName, positionWords, sliceWords, techniqueWords, windowWords } from "./corner_texts";
import { roundScale } from "./scale";

const json = {
  "00100010": { vr: "PN", Value: [{ Alphabetic: "<script>alert(1)</script>^X" }] },
  "00101010": { vr: "AS", Value: ["003Y"] },
  "00180050": { vr: "DS", Value: [4] },
  "00181120": { vr: "DS", Value: [-18.5] },
  "00180060": { vr: "DS", Value: [120] },
  "00181151": { vr: "IS", Value: [180] },
  "00282110": { vr: "CS", Value: ["01"] },
  "00282112": { vr: "DS", Value: [10] },
  "00200060": { vr: "CS", Value: ["L"] },
};
const attributes = frameAttributes(json, 0);
const frame = { attributes } as unknown as ImageFrame;

describe("the texts in the corners", () => {
  it("say names as they are, as text", () => {
    expect(personName(attributes)).toBe("<script>alert(1)</script>^X");
    expect(personName(frameAttributes({}, 0))).toBe("");
  });

  it("say the age at the study", () => {
    expect(ageWords(attributes)).toBe("3 y");
    const born = { "00100030": { vr: "DA", Value: ["19650412"] }, "00080020": { vr: "DA", Value: ["20261122"] } };
    expect(ageWords(frameAttributes(born, 0))).toBe("61 y");
  });

  it("say how a CT was made, how thick it is and how the gantry stood", () => {
    expect(techniqueWords({ modality: "CT" } as Stack, frame)).toBe("120 kV  180 mA");
    expect(sliceWords(frame)).toBe("4.0 mm  tilt 18.5°");
  });

  it("say to which side of the isocentre a slice lies", () => {
    const plane = { position: [0, 0, 43.8], across: [1, 0, 0], down: [0, 1, 0], normal: [0, 0, 1] } as const;
    expect(positionWords(plane)).toBe("H 43.8 mm");
    expect(positionWords({ ...plane, position: [0, 0, -43.8] })).toBe("F 43.8 mm");
    expect(positionWords({ ...plane, position: [-2, 0, 0], normal: [-1, 0, 0] })).toBe("R 2.0 mm");
  });

  it("never leave out what must not be missed", () => {
    expect(noticeWords(frame)).toEqual(["left", "lossy compression 10:1"]);
  });

  it("write windows in whole numbers, narrow ones with their fractions", () => {
    expect(windowWords(160.4, 300.2)).toBe("C 160  W 300");
    expect(windowWords(2.5, 5)).toBe("C 2.5  W 5");
  });

  it("measure with the longest round length that fits", () => {
    expect(roundScale(1.66, 184)).toMatchObject({ words: "10 cm", parts: 10, length: expect.closeTo(166, 6) });
    expect(roundScale(40, 184)?.words).toBe("2 mm");
    expect(roundScale(0, 184)).toBeUndefined();
  });
});
