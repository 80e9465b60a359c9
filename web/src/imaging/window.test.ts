import { describe, expect, test } from "vitest";
import type { GreyPixels, Voi } from "../model/images";
import { greyLevel, greyLevels } from "./grey_levels";
import { fullRange, isComputable, level, type TableVoi } from "./window";

const VALUES = [-200, -160, -159, 0, 40, 239, 240];
const window = (center: number, width: number, name: Voi["function"]): Voi => ({ center, width, function: name });
const grey = (stored: GreyPixels["stored"], more: Partial<GreyPixels> = {}): GreyPixels => ({
  kind: "grey",
  rows: 1,
  columns: stored.length,
  stored,
  slope: 1,
  intercept: 0,
  inverse: false,
  unit: "",
  ...more,
});

describe("the three functions of PS3.3 C.11.2, center 40 width 400", () => {
  test.each([
    ["LINEAR", [0, 0, 0.6391, 102.2556, 127.8195, 255, 255]],
    ["LINEAR_EXACT", [0, 0, 0.6375, 102, 127.5, 254.3625, 255]],
    ["SIGMOID", [21.209, 30.397, 30.666, 102.335, 127.5, 224.335, 224.603]],
  ] as const)("%s gives the printed levels", (name, expected) => {
    const levels = VALUES.map((value) => level(value, window(40, 400, name)));
    for (const [index, each] of expected.entries()) expect(levels[index]).toBeCloseTo(each, 2);
  });

  test("a width of 1 is a threshold below the center", () => {
    const threshold = window(40, 1, "LINEAR");
    expect([38, 39, 40, 41].map((value) => level(value, threshold))).toEqual([0, 0, 255, 255]);
  });

  test("a window that no formula can compute is known as one", () => {
    expect(isComputable(window(0, 0, "LINEAR"))).toBe(false);
    expect(isComputable(window(0, -5, "LINEAR"))).toBe(false);
    expect(isComputable(window(0, Number.NaN, "LINEAR_EXACT"))).toBe(false);
    expect(isComputable(window(0, 0.5, "SIGMOID"))).toBe(true);
  });

  test("the full range makes the lowest value black and the highest white", () => {
    const range = fullRange(-1024, 1254);
    expect([level(-1024, range), level(1254, range)]).toEqual([0, 255]);
  });
});

describe("grey levels of pixels", () => {
  const voi = window(50.5, 101, "LINEAR"); // black up to 0, white from 100

  test("halves are rounded up", () => {
    const ramp = grey(Uint8Array.of(0, 1, 99, 100, 200));
    expect([...greyLevels(ramp, window(128, 256, "LINEAR"), false)]).toEqual([0, 1, 99, 100, 200]);
  });

  test("MONOCHROME1 is inverted once, and by a person's wish back again", () => {
    const stored = Uint8Array.of(0, 100);
    expect([...greyLevels(grey(stored, { inverse: true }), voi, false)]).toEqual([255, 0]);
    expect([...greyLevels(grey(stored, { inverse: true }), voi, true)]).toEqual([0, 255]);
  });

  test("padding is black, inverted or not, and both ends of its range belong to it", () => {
    const pixels = grey(Int16Array.of(-2000, -1990, -1989, 100), { padding: [-2000, -1990] });
    expect([...greyLevels(pixels, voi, true)]).toEqual([0, 0, 255, 0]);
    expect([...greyLevels(pixels, voi, false)]).toEqual([0, 0, 0, 255]);
  });

  test("slope and intercept come before the window", () => {
    const pixels = grey(Int16Array.of(20, 70), { slope: 2, intercept: -40 });
    expect(greyLevel(pixels, voi, false, 20)).toBe(greyLevel(grey(Int16Array.of(0)), voi, false, 0));
    expect(greyLevel(pixels, voi, false, 70)).toBe(255);
  });

  test("values of 32 bits and floats follow the same formulas, and what is no number is black", () => {
    const wide = grey(Float32Array.of(0, 25.25, 100, Number.NaN));
    expect([...greyLevels(wide, voi, false)]).toEqual([0, 64, 255, 0]);
    expect([...greyLevels(grey(Uint32Array.of(0, 50, 1_000_000)), voi, false)]).toEqual([0, 128, 255]);
  });

  test("a VOI LUT takes its first and last entry for what lies outside of it", () => {
    const table: TableVoi = { ...fullRange(10, 12), table: { first: 10, bits: 8, entries: Uint16Array.of(5, 100, 250) } };
    expect([9, 10, 11, 12, 99].map((value) => level(value, table))).toEqual([5, 5, 100, 250, 250]);
  });

  test("the lowest and the highest value that 16 bits can hold have their levels too", () => {
    const all = window(0.5, 65536, "LINEAR");
    expect([...greyLevels(grey(Int16Array.of(-32768, 32767)), all, false)]).toEqual([0, 255]);
  });
});
