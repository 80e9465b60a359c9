import { expect, test } from "vitest";
import { split } from "./sentence";

const machine = (text: string, names: readonly string[]) => split(text, names).filter((_, place) => place % 2);

test("titles and addresses stand out, and the sentence stays whole", () => {
  const text = "ORTHANC at 10.0.0.12:4242 does not know ISOCENTER.";
  expect(machine(text, ["ORTHANC", "ISOCENTER"])).toEqual(["ORTHANC", "10.0.0.12:4242", "ISOCENTER"]);
  expect(split(text, ["ORTHANC"]).join("")).toBe(text);
});

test("a title within a longer one is left alone", () => {
  expect(machine("ISOCENTER-2, ISOCENTER_B and the patient ISOCENTER^TEST", ["ISOCENTER"])).toEqual([]);
  expect(machine("A.B", ["A.B", "", "A"])).toEqual(["A.B"]);
});

test("a UID is no address", () => {
  expect(machine("Study Instance UID 2.25.41321916454773111919451514477561977205.1.2.3.", [])).toEqual([
    "2.25.41321916454773111919451514477561977205.1.2.3",
  ]);
  expect(machine("UID 2.25.176228540431483219455203171815989881968.", [])).toEqual([
    "2.25.176228540431483219455203171815989881968",
  ]);
  expect(machine("within 0.1 ms, version 1.12.4", [])).toEqual([]);
  expect(machine("1.2.840.10008.1.1 at 10.0.0.1.", [])).toEqual(["1.2.840.10008.1.1", "10.0.0.1"]);
});
