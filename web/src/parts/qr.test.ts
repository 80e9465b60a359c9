import { expect, test } from "vitest";
import { qrCode } from "./qr";

/** The largest that is drawn holds 108 bytes, of which mode and length take two. */
const BYTES_MAX = 106;

const drawn = (text: string) => qrCode(text)?.map((row) => row.map((dark) => (dark ? "#" : ".")).join("")) ?? [];

test("the size grows with the text, and what is too long has no code", () => {
  expect(["a".repeat(14), "a".repeat(15), "a".repeat(62), "a".repeat(BYTES_MAX)].map((text) => drawn(text).length)).toEqual([
    21, 25, 33, 41,
  ]);
  expect(qrCode("a".repeat(BYTES_MAX + 1))).toBeUndefined();
});

test("the three finders stand in their corners", () => {
  const rows = drawn("ISOCENTER");
  for (const row of [rows[0], rows[6], rows.at(-1)]) expect(row?.slice(0, 8)).toBe("#######.");
  expect(rows[0]?.slice(-8)).toBe(".#######");
  expect(rows[2]?.slice(0, 8)).toBe("#.###.#.");
});

test("a code that other readers read as A", () => {
  expect(drawn("A")).toEqual([
    "#######.#..#..#######",
    "#.....#.#####.#.....#",
    "#.###.#...#.#.#.###.#",
    "#.###.#.##.##.#.###.#",
    "#.###.#..###..#.###.#",
    "#.....#..#.##.#.....#",
    "#######.#.#.#.#######",
    "........##.##........",
    "#.##.###..###.#..#.##",
    ".#.##..#.#.####..#...",
    "##..###.##.#.....##.#",
    "#.##.#.....#..#####..",
    "#..####..#..#..#..#..",
    "........#.##..#..#..#",
    "#######.#..##..#.#...",
    "#.....#.##.....##.##.",
    "#.###.#..##.#####...#",
    "#.###.#.####..######.",
    "#.###.#.#.#.#.##.....",
    "#.....#...#..#.#..#.#",
    "#######.#....#..#....",
  ]);
});
