import { describe, expect, it } from "vitest";
import { WHOLE } from "@/model/images";
import { readPlace, structureOf, writePlace } from "./address";
import { EMPTY_CELL, START, type Viewer } from "./state";

const shown: Viewer = {
  ...START,
  study: "1.2.3",
  layout: "1x2",
  active: 1,
  cells: [
    { ...EMPTY_CELL, shows: "1.2.3.4", index: 95, cut: "axial", voi: { center: -600, width: 1500.5, function: "SIGMOID" } },
    { ...EMPTY_CELL, shows: "1.2.3.5", inverted: true, view: { ...WHOLE, rotation: 3, flipVertical: true } },
  ],
};

describe("the viewer's address", () => {
  it("says series, image, cut, window and turns, and is understood again", () => {
    const place = readPlace(writePlace(shown));
    expect(place).toMatchObject({ study: "1.2.3", layout: "1x2", active: 1 });
    expect(place.cells).toEqual(shown.cells);
  });

  it("counts images from 1, as the screen does", () => {
    expect(writePlace(shown).getAll("cell")[0]).toBe("1.2.3.4_96_axial_c-600w1500.5s");
  });

  it("leaves out what it does not understand", () => {
    const place = readPlace(new URLSearchParams("study=1&layout=9x9&cell=a_b_c_d&at=1_x_2&slab=5most&active=99"));
    expect(place).toMatchObject({ layout: undefined, cells: [], at: undefined, slab: undefined, active: 0 });
  });

  it("fills cells that it does not name", () => {
    expect(readPlace(new URLSearchParams("study=1&layout=2x2&cell=5_x")).cells).toHaveLength(4);
  });

  it("makes an entry of history for another series, none for another image", () => {
    const [first, ...rest] = shown.cells;
    const scrolled = writePlace({ ...shown, cells: [{ ...(first ?? EMPTY_CELL), index: 12 }, ...rest] });
    const changed = writePlace({ ...shown, cells: [EMPTY_CELL, ...rest] });
    expect(structureOf(scrolled)).toBe(structureOf(writePlace(shown)));
    expect(structureOf(changed)).not.toBe(structureOf(writePlace(shown)));
  });
});
