import { expect, test } from "vitest";
import { milliseconds, total } from "./spell";

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
