import { describe, expect, test } from "vitest";
import {
  datesWords,
  droppedOneByOne,
  fromAddress,
  isEverything,
  keysOf,
  NO_FIELDS,
  rangeOf,
  searchesOf,
  toAddress,
} from "./question";

const TODAY = new Date(2026, 10, 23);
const study = (fields: Partial<typeof NO_FIELDS>) => ({
  node: "PACS",
  level: "study" as const,
  fields: { ...NO_FIELDS, ...fields },
});

describe("keys", () => {
  test("a name as one types it gets a wild card, one with wild cards or quotation marks means itself", () => {
    expect(keysOf(study({ name: " doe " }), TODAY)).toEqual({ PatientName: "doe*" });
    expect(keysOf(study({ name: "d?e" }), TODAY)).toEqual({ PatientName: "d?e" });
    expect(keysOf(study({ name: '"DOE^JOHN"' }), TODAY)).toEqual({ PatientName: "DOE^JOHN" });
  });
  test("identifiers are asked for as they are", () => {
    expect(keysOf(study({ id: " S-1 ", accession: "A 1" }), TODAY)).toEqual({ PatientID: "S-1", AccessionNumber: "A 1" });
  });
  test("a preset is the days up to today, both counted", () => {
    expect(rangeOf("7d", TODAY)).toBe("20261117-20261123");
    expect(rangeOf("yesterday", TODAY)).toBe("20261122");
    expect(rangeOf("20260101-", TODAY)).toBe("20260101-");
  });
  test("each modality is a search of its own", () => {
    expect(searchesOf(study({ name: "x*", modalities: ["CT", "MR"] }), TODAY)).toEqual([
      { PatientName: "x*", ModalitiesInStudy: "CT" },
      { PatientName: "x*", ModalitiesInStudy: "MR" },
    ]);
  });
  test("a patient is not asked for by what belongs to a study", () => {
    const asked = {
      node: "PACS",
      level: "patient" as const,
      fields: { ...NO_FIELDS, name: "x*", dates: "7d", modalities: ["CT"] },
    };
    expect(searchesOf(asked, TODAY)).toEqual([{ PatientName: "x*" }]);
  });
  test("everything is known for what it is", () => {
    expect(isEverything(study({}), TODAY)).toBe(true);
    expect(isEverything(study({ name: "*" }), TODAY)).toBe(true);
    expect(isEverything(study({ dates: "today" }), TODAY)).toBe(false);
  });
});

test("dates are told in words", () => {
  expect(datesWords("")).toBe("Any");
  expect(datesWords("30d")).toBe("Last 30 days");
  expect(datesWords("20260101-20260131")).toBe("2026-01-01 to 2026-01-31");
  expect(datesWords("20260101")).toBe("2026-01-01");
  expect(datesWords("-20260131")).toBe("until 2026-01-31");
});

test("each field that is filled in is dropped once, and no other", () => {
  const dropped = droppedOneByOne(study({ name: "x", modalities: ["CT"] }));
  expect(dropped.map((one) => [one.words, one.fields.name, one.fields.modalities])).toEqual([
    ["Patient name", "", ["CT"]],
    ["Modality", "x", []],
  ]);
});

test("a question goes into the address and comes back", () => {
  const asked = study({ name: "a&b*", dates: "20260101-", modalities: ["CT", "MR"] });
  const back = fromAddress(new URLSearchParams(toAddress(asked, "1", "-date").toString()));
  expect(back).toEqual({ question: asked, isAsked: true, sort: "-date" });
  expect(fromAddress(new URLSearchParams("")).isAsked).toBe(false);
  expect(fromAddress(new URLSearchParams("level=nonsense")).question.level).toBe("study");
});
