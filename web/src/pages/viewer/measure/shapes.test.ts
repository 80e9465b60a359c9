import { expect, it } from "vitest";
import type { Point } from "@/model/images";
import { handlesOf, linesOf, moved, nearestOn, shapeOf, withHandle } from "./shapes";

const p = (x: number, y: number): Point => ({ x, y });

it("an ellipse is kept by the ends of its axes, whichever corners it was drawn by", () => {
  const ends = [p(0, 5), p(20, 5), p(10, 0), p(10, 10)];
  expect(shapeOf("ellipse", [p(0, 0), p(20, 10)])).toEqual(ends);
  expect(shapeOf("ellipse", [p(20, 10), p(0, 0)])).toEqual(ends);
});

it("the end of an axis moves along its axis, and the other end stays", () => {
  const ends = shapeOf("ellipse", [p(0, 0), p(20, 10)]);
  expect(withHandle("ellipse", ends, 1, p(30, 99))).toEqual([p(0, 5), p(30, 5), p(15, 0), p(15, 10)]);
  expect(withHandle("ellipse", ends, 2, p(0, -10))).toEqual([p(0, 0), p(20, 0), p(10, -10), p(10, 10)]);
});

it("each corner of a rectangle leaves the opposite one where it is", () => {
  const corners = [p(0, 0), p(10, 5)];
  for (const [handle, opposite] of [
    [0, 2],
    [1, 3],
    [2, 0],
    [3, 1],
  ] as const) {
    const before = handlesOf("rectangle", corners)[opposite];
    const after = withHandle("rectangle", corners, handle, p(40, 30));
    expect(handlesOf("rectangle", after)).toContainEqual(before);
    expect(handlesOf("rectangle", after)).toContainEqual(p(40, 30));
  }
});

it("a shape moves as a whole", () => {
  expect(moved([p(1, 2), p(3, 4)], p(10, -1))).toEqual([p(11, 1), p(13, 3)]);
});

it("the nearest place of a line may be between its ends", () => {
  expect(nearestOn([p(0, 0), p(10, 0)], p(4, 3))).toEqual({ at: p(4, 0), distance: 3 });
  expect(nearestOn([p(0, 0)], p(3, 4))).toEqual({ at: p(0, 0), distance: 5 });
});

it("the lines of a Cobb angle are two", () => {
  expect(linesOf("cobb", [p(0, 0), p(1, 0), p(0, 5), p(1, 6)])).toHaveLength(2);
});
