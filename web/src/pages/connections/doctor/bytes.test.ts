import { expect, test } from "vitest";
import { pieces, rows, spaced } from "./bytes";

test("a rejection is read piece by piece", () => {
  const found = pieces("03000000000400010103") ?? [];
  expect(found.map((piece) => piece.bytes)).toEqual(["03", "00", "00 00 00 04", "00", "01", "01", "03"]);
  expect(found.slice(4).map((piece) => piece.words)).toEqual(["for good", "by its user", "calling title"]);
  expect(found.map((piece) => piece.bytes).join(" ")).toBe(spaced("03000000000400010103"));
});

test("an abort is read piece by piece, and its reason counts only from the provider", () => {
  expect(pieces("07000000000400000206")?.at(-1)?.words).toBe("invalid value");
  expect(pieces("07000000000400000002")?.at(-1)?.words).toBe("no meaning");
});

test("a value that the standard does not have is said to be so", () => {
  expect(pieces("0300000000040009ff09")?.at(-1)?.words).toBe("not in the standard");
});

test.each(["", "03", "0300000000", "0100000000d5000100004f525448414e43", "03000000000500010103"])("%j is shown as rows", (hex) => {
  expect(pieces(hex)).toBeUndefined();
});

test("rows are of sixteen bytes with their text", () => {
  const all = rows(`${"41".repeat(16)}000a7e`);
  expect(all).toEqual([
    { offset: "0000", bytes: Array(16).fill("41").join(" "), text: "A".repeat(16) },
    { offset: "0010", bytes: "00 0a 7e", text: "..~" },
  ]);
  expect(rows("")).toEqual([]);
});
