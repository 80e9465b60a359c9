import { describe, expect, it } from "vitest";
import { arrange, chooseWindow, hang, invert, look, markSeen, reset, showImage, step } from "./cells";
import { EMPTY_CELL, START, type Viewer } from "./state";
import { volume } from "./volumes.fixture";

const a = volume({ id: "a", slices: 21, gap: 1 });
const b = volume({ id: "b", slices: 5, gap: 5 });
const c = volume({ id: "c", isClip: true });
const now: Viewer = {
  ...START,
  stacks: new Map([
    ["a", a],
    ["b", b],
    ["c", c],
  ]),
  layout: "1x2",
  cells: [
    { ...EMPTY_CELL, shows: "a", index: 10 },
    { ...EMPTY_CELL, shows: "b", index: 2 },
  ],
};
const voi = { center: 40, width: 80, function: "LINEAR" } as const;

describe("cells", () => {
  it("scroll within their stack and take linked cells along", () => {
    expect(showImage(now, 0, 15).cells?.map((cell) => cell.index)).toEqual([15, 3]);
    expect(showImage(now, 0, 99).cells?.[0]?.index).toBe(20);
    expect(showImage({ ...now, link: false }, 0, 15).cells?.map((cell) => cell.index)).toEqual([15, 2]);
    expect(showImage(now, 0, 10)).toEqual({});
  });

  it("begin a stack in its middle and a clip at its first frame, as if nobody had touched them", () => {
    const touched = { ...now, ...chooseWindow(now, 0, voi, "Brain") };
    expect(hang(touched, 0, "b").cells?.[0]).toEqual({ ...EMPTY_CELL, shows: "b", index: 2 });
    expect(hang(touched, 0, "c").cells?.[0]).toEqual({ ...EMPTY_CELL, shows: "c", index: 0 });
  });

  it("keep what they show in another layout, and new ones take the series not shown yet", () => {
    const { cells, active } = arrange(now, "2x2", ["a", "b", "c"]);
    expect(cells?.map((cell) => cell.shows)).toEqual(["a", "b", "c", undefined]);
    expect(arrange({ ...now, active: 1 }, "1x1", []).active).toBe(0);
    expect(active).toBe(0);
  });

  it("zoom together where they show the same plane in the same size, and not otherwise", () => {
    const view = { ...EMPTY_CELL.view, zoom: 3, pan: { x: 5, y: 6 } };
    expect(look(now, 0, view).cells?.[1]?.view.zoom).toBe(3);
    expect(look({ ...now, link: false }, 0, view).cells?.[1]?.view.zoom).toBeUndefined();
  });

  it("share a window among the cuts of one volume alone", () => {
    const cuts = { ...now, cells: now.cells.map((cell) => ({ ...cell, shows: "a", cut: "axial" as const })) };
    expect(chooseWindow(cuts, 0, voi).cells?.map((cell) => cell.voi)).toEqual([voi, voi]);
    expect(chooseWindow(now, 0, voi).cells?.map((cell) => cell.voi)).toEqual([voi, undefined]);
  });

  it("are reset to what the file says, at the same image", () => {
    const touched = { ...now, ...invert({ ...now, ...chooseWindow(now, 0, voi) }) };
    expect(reset(touched).cells?.[0]).toEqual(now.cells[0]);
  });

  it("go to the next series and stop at the last", () => {
    expect(step(now, ["a", "b"], 1).cells?.[0]?.shows).toBe("b");
    expect(step({ ...now, active: 1 }, ["a", "b"], 1)).toEqual({});
  });

  it("remember each image that was seen once", () => {
    const once = { ...now, ...markSeen(now, "a", 3) };
    expect(once.seen.get("a")?.size).toBe(1);
    expect(markSeen(once, "a", 3)).toEqual({});
  });
});
