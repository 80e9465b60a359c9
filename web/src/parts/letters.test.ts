import { expect, test } from "vitest";
import { isNear, letters } from "./letters";

test("the letters that differ are found place by place", () => {
  const found = letters("ISOCENTRE", "ISOCENTER");
  expect(found.filter((letter) => !letter.same)).toEqual([
    { called: "R", own: "E", same: false },
    { called: "E", own: "R", same: false },
  ]);
});

test("the shorter one has empty places at its end", () => {
  expect(letters("AB", "ABC")[2]).toEqual({ called: "", own: "C", same: false });
});

test("capitals count for the title and not for being near", () => {
  expect(letters("a", "A")[0]?.same).toBe(false);
  expect(isNear("isocenter", "ISOCENTER")).toBe(true);
  expect(isNear("ISOCENTER", "ISOCENTER")).toBe(false);
  expect(isNear("PACS", "ISOCENTER")).toBe(false);
});
