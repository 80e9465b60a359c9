import { describe, expect, it } from "vitest";
import type { SetAsideWords } from "@/api/words";
import { compared, groupsOf, isDocument, isOfPatient, kindOf, label } from "./contradictions";

function aside(id: number, keywords: readonly string[], more: Partial<SetAsideWords> = {}): SetAsideWords {
  const differences = keywords.map((keyword) => ({ keyword, kept: "a", arriving: "b" }));
  return {
    id,
    study_instance_uid: "1.2",
    calling_ae_title: "US",
    patient_id: "P",
    patient_name: "N",
    differences,
    ...more,
  } as SetAsideWords;
}

describe("what an image contradicts", () => {
  it("is the highest of what differs", () => {
    const all = [
      ["PatientID", "checksum"],
      ["StudyInstanceUID", "checksum"],
      ["SeriesInstanceUID", "checksum"],
      ["Rows", "checksum"],
      ["checksum"],
    ];
    expect(all.map((keywords) => kindOf(aside(1, keywords)))).toEqual(["patient", "study", "series", "values", "bytes"]);
  });

  it("groups those that are decided together, in the order in which they came", () => {
    const groups = groupsOf([
      aside(1, ["checksum"]),
      aside(2, ["PatientID"]),
      aside(3, ["checksum"]),
      aside(4, ["PatientID"], { patient_id: "Q" }),
      aside(5, ["checksum"], { calling_ae_title: "CT" }),
    ]);
    expect(groups.map((group) => group.items.map((one) => one.id))).toEqual([[1, 3], [2], [4], [5]]);
  });
});

describe("two values", () => {
  it("are marked where they differ", () => {
    const [kept, arriving] = compared({ keyword: "PatientName", kept: "DOE^JOHN", arriving: "DOE^JAN" });
    expect(kept).toEqual([
      { text: "DOE^J", differs: false },
      { text: "OH", differs: true },
      { text: "N", differs: false },
    ]);
    expect(arriving).toEqual([
      { text: "DOE^J", differs: false },
      { text: "A", differs: true },
      { text: "N", differs: false },
    ]);
  });

  it("differ as a whole where nothing is alike, and one may be empty", () => {
    const [kept, arriving] = compared({ keyword: "PatientID", kept: "", arriving: "4711" });
    expect([kept, arriving]).toEqual([[], [{ text: "4711", differs: true }]]);
  });

  it("do not count a repeated letter twice", () => {
    const [kept, arriving] = compared({ keyword: "X", kept: "aa", arriving: "aaa" });
    expect([kept.map((run) => run.text).join(""), arriving.map((run) => run.text).join("")]).toEqual(["aa", "aaa"]);
  });
});

it("names attributes in words, and knows those that name a patient", () => {
  expect(["PatientID", "SOPInstanceUID", "InstanceNumber", "checksum"].map(label)).toEqual([
    "Patient ID",
    "SOP instance UID",
    "Instance Number",
    "Checksum of all bytes",
  ]);
  expect(["PatientName", "AccessionNumber", "Rows"].map(isOfPatient)).toEqual([true, true, false]);
});

it("knows the classes that have no picture", () => {
  const classes = ["2", "88.11", "88.59", "11.1", "104.1", "481.3", "481.1", "481.2", "66.4", "66.1", "1.1"];
  const documents = classes.filter((number) => isDocument(`1.2.840.10008.5.1.4.1.1.${number}`));
  expect(documents).toEqual(["88.11", "88.59", "11.1", "104.1", "481.3", "66.1"]);
});
