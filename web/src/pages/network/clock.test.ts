import { expect, test } from "vitest";
import { recently } from "./clock";

test("last night is a time, the week before a day", () => {
  const now = new Date(2026, 0, 8, 2, 0);
  expect(recently(new Date(2026, 0, 7, 23, 40), now)).toBe("23:40");
  expect(recently(new Date(2026, 0, 1, 23, 40), now)).toBe("2026-01-01");
});
