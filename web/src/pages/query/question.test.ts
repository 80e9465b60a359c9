import { describe, expect, test } from "vitest";
import {
  datesWords,
  fieldsWith,
  fromAddress,
  inOurWords,
  isEverything,
  joinedKeys,
  keysOf,
  keyWords,
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

test("a key that keeps the rest out is left out of its field, or written as it was tried", () => {
  const { fields } = study({ name: "doe", modalities: ["CT"], dates: "7d" });
  expect(fieldsWith(fields, "PatientName", "")).toEqual({ ...fields, name: "" });
  expect(fieldsWith(fields, "PatientName", "DOE*")).toEqual({ ...fields, name: "DOE*" });
  expect(fieldsWith(fields, "PatientName", "DOE^JOHN")).toEqual({ ...fields, name: '"DOE^JOHN"' });
  expect(fieldsWith(fields, "ModalitiesInStudy", "CT\\MR")?.modalities).toEqual(["CT", "MR"]);
  expect(fieldsWith(fields, "StudyDate", "20260101-")?.dates).toBe("20260101-");
  expect(fieldsWith(fields, "Modality", "CT")).toBeUndefined();
});

test("a sentence of the house is told in the words of the fields", () => {
  expect(inOurWords("PatientName and StudyDate keep the others out. Write StudyDate as YYYYMMDD.")).toBe(
    "Patient name and study date keep the others out. Write study date as YYYYMMDD.",
  );
});

test("several modalities are one key where the house counts", () => {
  expect(joinedKeys(study({ name: "x", modalities: ["CT", "MR"] }), TODAY)).toEqual({
    PatientName: "x*",
    ModalitiesInStudy: "CT\\MR",
  });
  expect(joinedKeys({ ...study({ modalities: ["CT"] }), level: "patient" }, TODAY)).toEqual({});
  expect([keyWords("PatientID"), keyWords("StudyID")]).toEqual(["patient ID", "StudyID"]);
});

test("a question goes into the address and comes back", () => {
  const asked = study({ name: "a&b*", dates: "20260101-", modalities: ["CT", "MR"] });
  const back = fromAddress(new URLSearchParams(toAddress(asked, "1", "-date").toString()));
  expect(back).toEqual({ question: asked, isAsked: true, sort: "-date" });
  expect(fromAddress(new URLSearchParams("")).isAsked).toBe(false);
  expect(fromAddress(new URLSearchParams("level=nonsense")).question.level).toBe("study");
});
