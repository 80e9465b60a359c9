import { describe, expect, it } from "vitest";
import { readPlace } from "./address";
import { EMPTY_CELL, START, type Viewer } from "./state";
import { asAddressed, hangFirst, withSeries } from "./study";
import { volume } from "./volumes.fixture";

const a = volume({ id: "1.1", slices: 20 });
const b = volume({ id: "1.2", slices: 6 });
const paper = { sopInstanceUid: "9.9", label: "Report" } as never;
const now: Viewer = {
  ...START,
  stacks: new Map([
    ["1.1", a],
    ["1.2", b],
  ]),
  documents: new Map([["9.9", paper]]),
};
const place = (text: string) => readPlace(new URLSearchParams(text));

describe("opening a study", () => {
  it("shows the series that was clicked, alone", () => {
    const change = hangFirst(now, place("study=1&series=1.2"), 1440);
    expect(change.layout).toBe("1x1");
    expect(change.cells?.[0]).toMatchObject({ shows: "1.2", index: 3 });
  });

  it("hangs by modality where nothing was clicked", () => {
    expect(hangFirst(now, place("study=1"), 1440).cells?.[0]?.shows).toBe("1.1");
  });

  it("shows a report where there is nothing else", () => {
    const papers = { ...now, stacks: new Map() };
    expect(hangFirst(papers, place("study=1"), 1440).cells?.[0]?.shows).toBe("9.9");
  });

  it("brings back what an address says, images that are no longer there excepted", () => {
    const change = asAddressed(now, place("study=1&layout=1x2&active=2&cell=1.1_99&cell=7.7_3"));
    expect(change).toMatchObject({ layout: "1x2", active: 1 });
    expect(change.cells?.map((cell) => [cell.shows, cell.index])).toEqual([
      ["1.1", 19],
      [undefined, 0],
    ]);
  });

  it("cuts again where the address has the point, and shows the images as acquired where it has lost it", () => {
    const text = "study=1&layout=1x1&cell=1.1_5_axial";
    expect(asAddressed(now, place(`${text}&at=0_0_10&slab=10max`))).toMatchObject({
      cutting: { stackId: "1.1", slab: { millimetres: 10, mode: "max" } },
      crosshair: { at: [0, 0, 10] },
    });
    expect(asAddressed(now, place(text)).cells?.[0]?.cut).toBe("acquired");
  });
});

describe("images that arrive while one looks", () => {
  const series = { uid: "1.1" } as Viewer["series"][number];
  const looking: Viewer = {
    ...now,
    series: [series],
    cells: [
      { ...EMPTY_CELL, shows: "1.1", index: 3 },
      { ...EMPTY_CELL, shows: "1.2", index: 2 },
    ],
    seen: new Map([
      ["1.1", new Set([2, 3])],
      ["1.2", new Set([1])],
    ]),
  };

  it("leave the image on the screen that was there, wherever it stands now", () => {
    const late = { ...a, frames: [...volume({ id: "0", slices: 2 }).frames, ...a.frames] };
    const change = withSeries(looking, series, [late], []);
    expect(change.cells?.map((cell) => cell.index)).toEqual([5, 2]);
    expect(change.seen?.get("1.1")).toEqual(new Set([4, 5]));
    expect(change.seen?.get("1.2")).toEqual(new Set([1]));
  });

  it("move nothing where they come behind it", () => {
    const late = { ...a, frames: [...a.frames, ...volume({ id: "0", slices: 2 }).frames] };
    const change = withSeries(looking, series, [late], []);
    expect(change.cells?.[0]).toBe(looking.cells[0]);
  });
});
