import { expect, test } from "vitest";
import { difference } from "./difference";

test("what differs is found between what is shared", () => {
  expect(difference("a ISOCENTRE b", "a ISOCENTER b")).toEqual({ before: "a ISOCENT", differs: "RE", after: " b" });
});

test.each([
  ["", ""],
  ["same", "same"],
  ["aaa", "aa"],
  ["aa", "aaa"],
  ["one", ""],
  ["abcabc", "abc"],
])("the pieces of %j beside %j are the whole line", (line, other) => {
  const { before, differs, after } = difference(line, other);
  expect(before + differs + after).toBe(line);
  expect(line === other ? differs : "").toBe("");
});
