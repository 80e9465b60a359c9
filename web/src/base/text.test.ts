import { expect, test } from "vitest";
import { clock, clockWithMilliseconds, clockWithSeconds } from "./text";

test("the clock is that of this computer", () => {
  const then = new Date(2026, 0, 1, 9, 5, 7, 4);
  expect(clock(then)).toBe("09:05");
  expect(clockWithSeconds(then)).toBe("09:05:07");
  expect(clockWithMilliseconds(then)).toBe("09:05:07.004");
});
