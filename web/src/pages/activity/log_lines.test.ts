import { describe, expect, it } from "vitest";
import type { LogLineWords } from "@/api/words";
import { isOfLevel, joinedLines, KEPT, looked, marked, unseen } from "./log_lines";

function line(serial: number, level = "INFO", text = `line ${serial}`): LogLineWords {
  return { serial, when: "2026-01-01T12:00:00Z", level, room: "association", text };
}
const serials = (lines: readonly LogLineWords[]) => lines.map((one) => one.serial);

describe("the lines that are kept", () => {
  it("are each there once, in order, whatever comes first", () => {
    expect(serials(joinedLines([line(3), line(4)], [line(4), line(5)]))).toEqual([3, 4, 5]);
    expect(serials(joinedLines([line(3), line(4)], [line(1), line(2), line(3)]))).toEqual([1, 2, 3, 4]);
  });

  it("stay the same where nothing is new", () => {
    const known = [line(1), line(2)];
    expect(joinedLines(known, [line(2)])).toBe(known);
  });

  it("are bounded, the oldest go first", () => {
    const many = Array.from({ length: KEPT }, (_, place) => line(place + 1));
    const more = joinedLines(many, [line(KEPT + 1), line(KEPT + 2)]);
    expect([more.length, more[0]?.serial, more.at(-1)?.serial]).toEqual([KEPT, 3, KEPT + 2]);
  });
});

it("says how many lines went by unseen", () => {
  expect([...unseen([line(3), line(4), line(9)])]).toEqual([[9, 4]]);
  expect(unseen([line(7)]).size).toBe(0);
  expect(unseen([line(7), line(3_000_000)]).size).toBe(0);
});

describe("what is looked for", () => {
  const lines = [line(1, "DEBUG"), line(2, "INFO", "CT2 stored"), line(3, "WARNING", "CT2 left"), line(4, "ERROR", "disk")];

  it("is of a level or worse", () => {
    expect(serials(looked(lines, "all", ""))).toEqual([1, 2, 3, 4]);
    expect(serials(looked(lines, "warnings", ""))).toEqual([3, 4]);
    expect(serials(looked(lines, "errors", ""))).toEqual([4]);
    expect(isOfLevel(line(1, "CRITICAL"), "errors")).toBe(true);
  });

  it("has all the words, also of the room", () => {
    expect(serials(looked(lines, "all", "ct2 Association"))).toEqual([2, 3]);
    expect(serials(looked(lines, "warnings", "ct2"))).toEqual([3]);
  });
});

describe("what was found in a line", () => {
  it("is marked run by run, in any case", () => {
    expect(marked("CT2 stored a CT", "ct")).toEqual([
      { text: "CT", hit: true },
      { text: "2 stored a ", hit: false },
      { text: "CT", hit: true },
    ]);
  });

  it("takes signs as they are written", () => {
    expect(marked("a.b (c)", "(c) .")).toEqual([
      { text: "a", hit: false },
      { text: ".", hit: true },
      { text: "b ", hit: false },
      { text: "(c)", hit: true },
    ]);
    expect(marked("plain", "")).toEqual([{ text: "plain", hit: false }]);
  });
});
