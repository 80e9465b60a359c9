import { expect, test } from "vitest";
import { dump, notable, offset, shortened, span, tagText, telling } from "./words";

test("a moment after the beginning has the digits that matter", () => {
  expect([0, 0.0009, 0.0142, 0.71, 12.34, 125].map(offset)).toEqual(["0", "+0.9 ms", "+14.2 ms", "+0.71 s", "+12.3 s", "+2 min"]);
  expect(span(0.0995)).toBe("0.10 s");
});

test("a tag is written as the standard does", () => {
  expect([0x00100010, 0x7fe00010, 0x00000002].map(tagText)).toEqual(["0010,0010", "7FE0,0010", "0000,0002"]);
});

test("a long UID keeps both ends, and nothing else is shortened", () => {
  expect(shortened("1.2.826.0.1.3680043.9.4245.2660796")).toBe("1.2.826.….4245.2660796");
  expect(shortened("1.2.840.10008.1.1")).toBe("1.2.840.10008.1.1");
  expect(shortened("A sentence that is as long as a UID but is none at all")).toContain("none at all");
});

test("bytes stand in rows of twelve, the header of the PDU apart", () => {
  const rows = dump("0400000000a4000000a02903444943");
  expect(rows.map((row) => row.head + row.bytes)).toEqual(["04 00 00 00 00 a4 00 00 00 a0 29 03", "44 49 43".padEnd(35)]);
  expect(rows.map((row) => row.text)).toEqual([".......... ).".replace(" ", ""), "DIC"]);
  expect(rows[0]?.head).toBe("04 00 00 00 00 a4 ");
  expect(dump("")).toEqual([]);
});

test("the telling attributes come first, and few are all shown", () => {
  const rows = Array.from({ length: 30 }, (_, place) => ({ tag: 0x00100010 + place, depth: 0 }));
  expect(telling(rows).map((row) => row.tag)).toEqual([0x00100010, 0x00100020]);
  expect(telling(rows.slice(0, 9))).toHaveLength(9);
  expect(telling(rows.map((row) => ({ ...row, depth: 1 })))).toHaveLength(0);
});

test("of many contexts those that were used or refused are shown, in their order", () => {
  const lines = Array.from({ length: 40 }, (_, place) => ({
    id: place * 2 + 1,
    result: place === 30 ? 4 : 0,
    messages: place === 3 ? 9 : 0,
  }));
  expect(notable(lines).map((line) => line.id)).toEqual([7, 61]);
  expect(notable(lines.slice(0, 3))).toHaveLength(3);
  expect(notable(lines.slice(4, 20)).map((line) => line.id)).toEqual([9, 11, 13, 15, 17, 19]);
});
