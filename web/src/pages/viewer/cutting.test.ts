import { describe, expect, it } from "vitest";
import { pointAt } from "@/imaging/geometry";
import { atCut, boxOf, cutPlace, cutPlane, moveCrosshair, startCutting, stopCutting } from "./cutting";
import { EMPTY_CELL, START, type Viewer } from "./state";
import { volume } from "./volumes.fixture";

const stack = volume({ id: "7", slices: 51, gap: 2 });
const box = boxOf(stack);
const at = [10, -20, 40] as const;
const viewer: Viewer = {
  ...START,
  stacks: new Map([["7", stack]]),
  cells: [{ ...EMPTY_CELL, shows: "7", index: 20, voi: { center: 40, width: 80, function: "LINEAR" } }],
};

describe("cuts through a volume", () => {
  it("lie in the patient's own planes, through the point", () => {
    if (!box) throw new Error("the volume has a box");
    for (const cut of ["axial", "coronal", "sagittal"] as const) {
      const plane = cutPlane(box, cut, at);
      const axis = { axial: 2, coronal: 1, sagittal: 0 }[cut];
      expect(plane.position[axis]).toBe(at[axis]);
      expect(plane.columnSpacing).toBe(1);
      const far = pointAt(plane, plane.columns - 1, plane.rows - 1);
      far.forEach((value, side) => {
        if (side !== axis)
          expect(Math.abs(value)).toBeLessThanOrEqual(Math.max(Math.abs(box.low[side] ?? 0), Math.abs(box.high[side] ?? 0)));
      });
    }
  });

  it("show the head up and the patient's right at the left", () => {
    if (!box) throw new Error("the volume has a box");
    expect(cutPlane(box, "coronal", at)).toMatchObject({ across: [1, 0, 0], down: [0, 0, -1] });
    expect(cutPlane(box, "sagittal", at)).toMatchObject({ across: [0, 1, 0], down: [0, 0, -1] });
    expect(cutPlane(box, "axial", at)).toMatchObject({ across: [1, 0, 0], down: [0, 1, 0] });
  });

  it("are counted from one side of the box to the other, and found again", () => {
    if (!box) throw new Error("the volume has a box");
    const { index, count } = cutPlace(box, "axial", at);
    expect(count).toBe(100);
    expect(cutPlace(box, "axial", atCut(box, "axial", at, index)).index).toBe(index);
    expect(atCut(box, "axial", at, 9999)[2]).toBeLessThan(box.high[2]);
  });

  it("begin in the middle of the image that was shown, keep its window, and give back what was there", () => {
    const during = { ...viewer, ...startCutting(viewer) };
    expect(during.cells.map((cell) => cell.cut)).toEqual(["axial", "coronal", "sagittal", "acquired"]);
    expect(during.crosshair?.at).toEqual([0, 0, 40]);
    expect(during.cells.every((cell) => cell.voi?.width === 80)).toBe(true);
    expect({ ...during, ...stopCutting(during) }).toMatchObject({ layout: "1x1", cells: viewer.cells, cutting: undefined });
  });

  it("move the acquired images along with the crosshair", () => {
    const during = { ...viewer, ...startCutting(viewer) };
    expect(moveCrosshair(during, "9", [0, 0, 60], 0).cells?.[3]?.index).toBe(30);
  });

  it("are refused where the verdict refuses them", () => {
    const refused = { ...stack, mpr: { allowed: false, sentence: "no" } };
    expect(startCutting({ ...viewer, stacks: new Map([["7", refused]]) })).toEqual({});
  });
});
