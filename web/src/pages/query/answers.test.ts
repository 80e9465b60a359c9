import { expect, test } from "vitest";
import { lacking, rowsOf, seriesOf, sorted, standing } from "./answers";

const ANSWERS = [
  {
    StudyInstanceUID: "1.2",
    PatientName: "B^B",
    StudyDate: "20261121",
    NumberOfStudyRelatedInstances: "10",
    ModalitiesInStudy: "CT\\SR",
  },
  {
    StudyInstanceUID: "1.3",
    PatientName: "a",
    StudyDate: "20261122",
    NumberOfStudyRelatedInstances: "",
    PatientBirthDate: "19561123",
  },
  { StudyInstanceUID: "1.2", PatientName: "again" },
  { StudyInstanceUID: "", PatientName: "nobody" },
];

test("answers become rows once each, and what has no key becomes none", () => {
  const rows = rowsOf("study", ANSWERS);
  expect(rows.map((row) => [row.key, row.patientName, row.images, row.modalities, row.age])).toEqual([
    ["1.2", "B^B", 10, ["CT", "SR"], undefined],
    ["1.3", "a", undefined, [], 69],
  ]);
});

test("rows are sorted by a column either way", () => {
  const rows = rowsOf("study", ANSWERS);
  expect(sorted(rows, "-date", new Map()).map((row) => row.key)).toEqual(["1.3", "1.2"]);
  expect(sorted(rows, "patient", new Map()).map((row) => row.key)).toEqual(["1.3", "1.2"]);
  expect(sorted(rows, "-here", new Map([["1.2", 1]])).map((row) => row.key)).toEqual(["1.2", "1.3"]);
  expect(sorted(rows, "nonsense", new Map()).map((row) => row.key)).toEqual(["1.2", "1.3"]);
});

test("what is here is compared with what the node has, where it tells", () => {
  const [first, second] = rowsOf("study", ANSWERS);
  if (!first || !second) throw new Error("two rows");
  expect(standing(first, new Map())).toEqual({ kind: "none" });
  expect(standing(first, new Map([["1.2", 4]]))).toEqual({ kind: "part", here: 4, total: 10 });
  expect(standing(first, new Map([["1.2", 10]]))).toEqual({ kind: "all" });
  expect(standing(second, new Map([["1.3", 4]]))).toEqual({ kind: "some", here: 4 });
  expect(lacking([first], new Map([["1.2", 4]]))).toBe(6);
  expect(lacking([first, second], new Map())).toBeUndefined();
});

test("series know the patient of their study, and those of other modalities are left out", () => {
  const [study] = rowsOf("study", ANSWERS);
  if (!study) throw new Error("a row");
  const series = [
    { SeriesInstanceUID: "2.1", Modality: "CT", NumberOfSeriesRelatedInstances: "9", SeriesDescription: "thin" },
    { SeriesInstanceUID: "2.2", Modality: "SR" },
  ];
  expect(seriesOf(study, series, ["CT"]).map((row) => [row.key, row.patientName, row.images, row.description])).toEqual([
    ["2.1", "B^B", 9, "thin"],
  ]);
  expect(seriesOf(study, series, [])).toHaveLength(2);
});
