import { expect, test } from "vitest";
import type { HeaderRowWords } from "@/api/words";
import { isPersonal, marked, matching, tagWords } from "./header_rows";

const row = (path: string, name: string, value = "", more: Partial<HeaderRowWords> = {}): HeaderRowWords => ({
  depth: path.split("/").length - 1,
  path,
  tag: path.split("/").findLast((step) => step.length === 8) ?? "",
  vr: "LO",
  keyword: name.replaceAll(" ", ""),
  name,
  value,
  cut: false,
  ...more,
});
const ROWS = [
  row("00080060", "Modality", "CT"),
  row("00081140", "Referenced Image Sequence", "1 item", { vr: "SQ" }),
  row("00081140/1", "Item 1", "", { vr: "" }),
  row("00081140/1/00081155", "Referenced SOP Instance UID", "1.2.3"),
  row("00280030", "Pixel Spacing", "0.5\\0.5"),
];

test("a row is found by tag, name, keyword or value, with the items that it lies in", () => {
  expect(matching(ROWS, "(0008,0060)").map((one) => one.name)).toEqual(["Modality"]);
  expect(matching(ROWS, "0028,0030 spacing").map((one) => one.name)).toEqual(["Pixel Spacing"]);
  expect(matching(ROWS, "pixel 0.5").map((one) => one.name)).toEqual(["Pixel Spacing"]);
  expect(matching(ROWS, "1.2.3").map((one) => one.path)).toEqual(["00081140", "00081140/1", "00081140/1/00081155"]);
  expect(matching(ROWS, " ")).toBe(ROWS);
  expect(matching(ROWS, "nothing")).toEqual([]);
});

test("who the patient is can be masked, how old and how heavy cannot", () => {
  expect(isPersonal(row("00100010", "Patient Name", "", { vr: "PN" }))).toBe(true);
  expect(isPersonal(row("00100020", "Patient ID"))).toBe(true);
  expect(isPersonal(row("00101002/1/00100020", "Patient ID"))).toBe(true);
  expect(isPersonal(row("00080050", "Accession Number"))).toBe(true);
  expect(isPersonal(row("00081050", "Performing Physician", "", { vr: "PN" }))).toBe(true);
  expect(isPersonal(row("00101010", "Patient Age"))).toBe(false);
  expect(isPersonal(row("00280030", "Pixel Spacing"))).toBe(false);
});

test("what was looked for is marked, whatever its letters mean to a pattern", () => {
  expect(marked("a.b A.B", "a.b")).toEqual(["", "a.b", " ", "A.B", ""]);
  expect(marked("abc", "")).toEqual(["abc"]);
  expect(tagWords("00100010")).toBe("0010,0010");
});
