import { expect, test } from "vitest";
import { seenFrom } from "./seen_from";

test("networks are written as people say them", () => {
  expect(seenFrom("10.0.0.0/24", "10.0.0.5")).toBe("10.0.0.x");
  expect(seenFrom("10.1.0.0/16", "10.1.0.5")).toBe("10.1.x.x");
  expect(seenFrom("10.0.0.0/22", "10.0.0.5")).toBe("10.0.0.0/22");
  expect(seenFrom("fd00::/64", "fd00::5")).toBe("fd00::/64");
  expect(seenFrom("", "10.0.0.5")).toBe("10.0.0.5");
});
