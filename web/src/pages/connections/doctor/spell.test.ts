import { expect, test } from "vitest";
import type { CheckupWords } from "@/api/words";
import { milliseconds, total, works } from "./spell";

test.each([
  [0, "0 ms"],
  [0.2, "0.2 ms"],
  [9.96, "10 ms"],
  [38.4, "38 ms"],
  [999.6, "1.0 s"],
  [5012, "5.0 s"],
])("%d is %s", (value, words) => {
  expect(milliseconds(value)).toBe(words);
});

test("the time of a ladder is the sum of its steps", () => {
  expect(total([{ milliseconds: 0.2 }, { milliseconds: null }, { milliseconds: 3.8 }])).toBe(4);
});

test("only what was done and did not fail is said to work", () => {
  const run = (steps: Record<string, string>) =>
    ({ steps: Object.entries(steps).map(([layer, outcome]) => ({ layer, outcome })) }) as unknown as CheckupWords;
  expect(works(run({ echo: "passed" }))).toBe("it is there and speaks DICOM");
  expect(works(run({ store: "passed", move: "skipped", get: "passed", commitment: "warned" }))).toBe("stored and fetched back");
  expect(works(run({ find: "passed", store: "passed", move: "passed" }))).toBe("searched, stored and sent back");
});
