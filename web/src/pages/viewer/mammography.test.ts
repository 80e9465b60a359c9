import { describe, expect, it } from "vitest";
import { frameAttributes } from "@/imaging/attributes";
import type { ImageFrame } from "@/model/images";
import { chestWall, chestWallOf, hungView } from "./mammography";

function mammogram(side: string, view: string, orientation: readonly string[], modality = "MG"): ImageFrame {
  const json = {
    "00080060": { vr: "CS", Value: [modality] },
    "00200062": { vr: "CS", Value: [side] },
    "00185101": { vr: "CS", Value: [view] },
    ...(orientation.length > 0 && { "00200020": { vr: "CS", Value: orientation } }),
  };
  return { attributes: frameAttributes(json, 0) } as unknown as ImageFrame;
}

describe("hanging mammograms", () => {
  it("leaves those alone that are stored as they are hung", () => {
    for (const [side, view, orientation] of [
      ["R", "CC", ["P", "L"]],
      ["L", "CC", ["A", "R"]],
      ["R", "MLO", ["P", "FL"]],
      ["L", "MLO", ["A", "FR"]],
    ] as const) {
      expect(hungView(mammogram(side, view, orientation))).toMatchObject({ flipHorizontal: false, flipVertical: false });
    }
  });

  it("mirrors one that is stored the other way round", () => {
    expect(hungView(mammogram("R", "CC", ["A", "R"]))).toMatchObject({ flipHorizontal: true, flipVertical: true });
    expect(hungView(mammogram("L", "MLO", ["P", "FR"]))).toMatchObject({ flipHorizontal: true, flipVertical: false });
  });

  it("guesses nothing where the image does not say how it lies", () => {
    expect(hungView(mammogram("R", "CC", []))).toMatchObject({ flipHorizontal: false, flipVertical: false });
    expect(hungView(mammogram("", "CC", ["A", "R"]))).toMatchObject({ flipHorizontal: false });
    expect(hungView(mammogram("R", "CC", ["A", "R"], "DX"))).toMatchObject({ flipHorizontal: false });
  });

  it("lets the chest walls meet in the middle", () => {
    expect(chestWall(mammogram("R", "CC", []))).toBe("right");
    expect(chestWall(mammogram("L", "CC", []))).toBe("left");
  });

  it("moves the chest wall with a picture that is mirrored or turned upside down, and back with both", () => {
    const right = mammogram("R", "CC", ["A", "R"]);
    const hung = hungView(right);
    expect(chestWallOf(right, hung)).toBe("right");
    expect(chestWallOf(right, { ...hung, flipHorizontal: !hung.flipHorizontal })).toBe("left");
    expect(chestWallOf(right, { ...hung, rotation: 2 })).toBe("left");
    expect(chestWallOf(right, { ...hung, rotation: 2, flipHorizontal: !hung.flipHorizontal })).toBe("right");
  });
});
