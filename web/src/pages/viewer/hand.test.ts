import { describe, expect, it } from "vitest";
import { apply, canvasToImage } from "@/imaging/view";
import { WHOLE } from "@/model/images";
import { draggedWindow, draggedZoom, meaningOf, pinched, pixelsAnImage, WheelSteps } from "./hand";

const size = { columns: 512, rows: 512, aspect: 1 };
const canvas = { width: 600, height: 400 };
const voi = { center: 40, width: 400, function: "LINEAR" } as const;

describe("the hand", () => {
  it("makes the window wider to the right and raises its centre downwards", () => {
    expect(draggedWindow(voi, { x: 10, y: 5 }, 4096)).toEqual({ center: 60, width: 440, function: "LINEAR" });
  });

  it("never makes a window of whole values narrower than 1, and moves fractions in fractions", () => {
    expect(draggedWindow(voi, { x: -9999, y: 0 }, 1000).width).toBe(1);
    expect(draggedWindow({ ...voi, width: 2 }, { x: 1, y: 0 }, 5).width).toBeCloseTo(2 + 5 / 1024, 9);
  });

  // pictures stand on whole pixels of the screen, so that a point may move by less than one
  it("zooms about the point where it began", () => {
    const from = { x: 123, y: 45 };
    const before = apply(canvasToImage(size, canvas, WHOLE), from);
    const after = apply(canvasToImage(size, canvas, draggedZoom(WHOLE, size, canvas, from, -60)), from);
    expect(Math.abs(after.x - before.x)).toBeLessThan(1);
    expect(Math.abs(after.y - before.y)).toBeLessThan(1);
  });

  it("keeps what lies between two fingers between them", () => {
    const before = [
      { x: 100, y: 100 },
      { x: 200, y: 100 },
    ] as const;
    const after = [
      { x: 80, y: 140 },
      { x: 280, y: 140 },
    ] as const;
    const there = apply(canvasToImage(size, canvas, WHOLE), { x: 150, y: 100 });
    const here = apply(canvasToImage(size, canvas, pinched(WHOLE, size, canvas, before, after)), { x: 180, y: 140 });
    expect(Math.abs(here.x - there.x)).toBeLessThan(1);
    expect(Math.abs(here.y - there.y)).toBeLessThan(1);
  });

  it("goes through all images with one stroke over the cell", () => {
    expect(pixelsAnImage(400, 100)).toBe(4);
    expect(pixelsAnImage(400, 1000)).toBe(2);
    expect(pixelsAnImage(400, 2)).toBe(50);
  });

  it("takes a wheel's notch for one image and adds up a touch pad's small steps", () => {
    const wheel = new WheelSteps();
    expect(wheel.take({ deltaY: 120, deltaMode: 0 })).toBe(1);
    expect(wheel.take({ deltaY: -3, deltaMode: 1 })).toBe(-1);
    expect([15, 15, 15].map((deltaY) => wheel.take({ deltaY, deltaMode: 0 }))).toEqual([0, 0, 1]);
  });

  it("zooms with the right button, pans with the middle one, and does with the left one what was chosen", () => {
    expect([0, 1, 2].map((button) => meaningOf(button, "scroll", false))).toEqual(["scroll", "pan", "zoom"]);
    expect(meaningOf(0, "window", true)).toBe("zoom");
  });
});
