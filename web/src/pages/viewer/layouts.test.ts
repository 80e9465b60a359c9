import { describe, expect, it } from "vitest";
import { firstHanging, type Hangable } from "./layouts";

function stack(id: string, modality: string, label: string, frameCount: number, attributes: Record<string, string> = {}): Hangable {
  return { id, modality, label, frameCount, say: (keyword) => attributes[keyword] ?? "" };
}

describe("the first layout", () => {
  it("shows the soft kernel of a CT beside the hard one on a wide screen, alone on a narrow one", () => {
    const stacks = [
      stack("scout", "CT", "SCOUT", 2, { ImageType: "ORIGINAL PRIMARY LOCALIZER" }),
      stack("bone", "CT", "HEAD BONE", 28),
      stack("soft", "CT", "HEAD", 28),
    ];
    expect(firstHanging(stacks, 1440)).toEqual({ layout: "1x2", stackIds: ["soft", "bone"] });
    expect(firstHanging(stacks, 1024)).toEqual({ layout: "1x1", stackIds: ["soft"] });
  });

  it("hangs the weightings of an MR in their usual order", () => {
    const stacks = ["ADC", "AX T2 FLAIR", "DWI b1000", "AX T1", "LOCALIZER"].map((label) => stack(label, "MR", label, 20));
    expect(firstHanging(stacks, 1440)).toEqual({ layout: "2x2", stackIds: ["AX T1", "AX T2 FLAIR", "DWI b1000", "ADC"] });
  });

  it("hangs right breasts at the left and CC above MLO", () => {
    const view = (id: string, side: string, position: string) =>
      stack(id, "MG", id, 1, { ImageLaterality: side, ViewPosition: position });
    const stacks = [view("lmlo", "L", "MLO"), view("rcc", "R", "CC"), view("lcc", "L", "CC"), view("rmlo", "R", "MLO")];
    expect(firstHanging(stacks, 1440)).toEqual({ layout: "2x2", stackIds: ["rcc", "lcc", "rmlo", "lmlo"] });
  });

  it("shows a frontal chest before the lateral one", () => {
    const stacks = [stack("lat", "DX", "CHEST LATERAL", 1), stack("pa", "DX", "CHEST PA", 1, { ViewPosition: "PA" })];
    expect(firstHanging(stacks, 1440)).toEqual({ layout: "1x2", stackIds: ["pa", "lat"] });
  });

  it("shows one clip of an ultrasound examination, and four stills", () => {
    const clips = [stack("a", "US", "US", 30), stack("b", "US", "US", 40)];
    expect(firstHanging(clips, 1440)).toEqual({ layout: "1x1", stackIds: ["a"] });
    const stills = ["a", "b", "c", "d", "e"].map((id) => stack(id, "US", "US", 1));
    expect(firstHanging(stills, 1440)).toEqual({ layout: "2x2", stackIds: ["a", "b", "c", "d"] });
  });

  it("never begins with a report, and shows a scout where there is nothing else", () => {
    expect(firstHanging([stack("sr", "SR", "Report", 0), stack("ct", "CT", "HEAD", 3)], 1440).stackIds).toEqual(["ct"]);
    expect(firstHanging([stack("scout", "CT", "LOCALIZER", 1)], 1440).stackIds).toEqual(["scout"]);
    expect(firstHanging([], 1440)).toEqual({ layout: "1x1", stackIds: [] });
  });
});
