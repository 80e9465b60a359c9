import { expect, test } from "vitest";
import type { ReportState } from "@/api/words";
import { byWhom, comparable, found, momentOf, wentHow } from "./report";

const report: ReportState = {
  token: "a",
  kept: "2026-11-23T14:32:05Z",
  node: "Teaching archive",
  ae_title: "ORTHANC",
  host: "10.0.0.12",
  port: 4242,
  role: "archive",
  product: "Orthanc",
  technician: "A. Technician",
  work_order: "4711",
  site: "Radiology",
  outcome: "good",
  headline: "",
  worked: 8,
  tried: 8,
};

test("a report says how its checkup went", () => {
  expect(wentHow(report)).toBe("8 of 8 layers work");
  expect(wentHow({ ...report, outcome: "warn" })).toBe("8 of 8 layers work, with something to mind");
  expect(wentHow({ ...report, outcome: "bad", headline: "It refuses your title" })).toBe("It refuses your title");
});

test("who made it is said as far as it was written", () => {
  expect(byWhom(report)).toBe("A. Technician, Radiology, order 4711");
  expect(byWhom({ ...report, technician: "", site: "", work_order: "" })).toBe("");
});

test("a moment is that of this computer's clock", () => {
  expect(momentOf("2026-11-23T14:32:05Z")).toMatch(/^2026-11-2[34] \d\d:32$/);
});

test("every word that was typed is looked for in all that is known of a report", () => {
  const other = { ...report, token: "b", node: "CT room 2", technician: "" };
  expect(found([report, other], "4711 teaching")).toEqual([report]);
  expect(found([report, other], "ORTHANC")).toHaveLength(2);
  expect(found([report, other], "  ")).toHaveLength(2);
  expect(found([report, other], "nothing")).toEqual([]);
});

test("only reports of the same node are compared", () => {
  const earlier = { ...report, token: "b" };
  expect(comparable([report, earlier, { ...report, token: "c", node: "CT" }], report)).toEqual([earlier]);
});
