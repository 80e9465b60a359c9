import { expect, test } from "vitest";
import { differences } from "./difference";

/** The line with its marked pieces in braces. */
function marked(line: string, other: string): string {
  return differences(line, other)
    .map(({ text, differs }) => (differs ? `{${text}}` : text))
    .join("");
}

test.each([
  ["a ISOCENTRE b", "a ISOCENTER b", "a ISOCENT{RE} b"],
  ['"isocentre" : [ "ISOCENTRE"', '"isocenter" : [ "ISOCENTER"', '"isocent{re}" : [ "ISOCENT{RE}"'],
  ["CT-ARCHIVE-1", "CT_ARCHIVE_1", "CT{-}ARCHIVE{-}1"],
  ["ISOCENTERS = (ISOCENTERS, host, 104)", "ISOCENTER = (ISOCENTER, host, 104)", "ISOCENTER{S} = (ISOCENTER{S}, host, 104)"],
  ["title PACS port 104", "title ARCHIVE port 104", "title {PACS} port 104"],
  ["[ MY PACS ]", "[ MYPACS ]", "[ MY{ }PACS ]"],
  ["one two", "one", "one{ two}"],
  ["same", "same", "same"],
])("%j beside %j is marked only where it differs", (line, other, told) => {
  expect(marked(line, other)).toBe(told);
});

const LONG = 'title "ISOCENTRE", '.repeat(200);

test.each([
  ["", ""],
  ["aaa", "aa"],
  ["aa", "aaa"],
  ["one", ""],
  ["", "one"],
  ["abcabc", "abc"],
  ["𝄞 ä é\n\t", "𝄢 a e\n"],
  [LONG, LONG.replaceAll("TRE", "TER")],
])("the pieces of %j beside %j are the whole line", (line, other) => {
  const pieces = differences(line, other);
  expect(pieces.map(({ text }) => text).join("")).toBe(line);
  expect(pieces.every(({ text }) => text !== "")).toBe(true);
});
