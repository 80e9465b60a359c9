import { expect, it } from "vitest";
import type { JobWords } from "@/api/words";
import { latest, sorted } from "./findings";

it("sorts sentences by what was found, the most frequent first", () => {
  expect(sorted(["differs: study 1.2", "found: 1.3: blob b1", "found: 1.4: blob b2: odd"])).toEqual([
    {
      what: "found",
      findings: [
        { where: "1.3", detail: "blob b1" },
        { where: "1.4", detail: "blob b2: odd" },
      ],
    },
    { what: "differs", findings: [{ where: "study 1.2", detail: "" }] },
  ]);
  expect(sorted([])).toEqual([]);
});

it("takes the latest job of a kind", () => {
  const jobs = [
    { id: 3, kind: "send" },
    { id: 2, kind: "check" },
    { id: 1, kind: "check" },
  ] as JobWords[];
  expect([latest(jobs, "check")?.id, latest(jobs, "reindex")]).toEqual([2, undefined]);
});
