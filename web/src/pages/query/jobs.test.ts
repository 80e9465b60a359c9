import { expect, test } from "vitest";
import type { JobWords } from "@/api/words";
import { inOrder, paceOf, paceOfAll, placeOf, story, summary, totalOf, underWay, wayOf } from "./jobs";

const NOW = new Date(2026, 10, 23, 14, 32);

function job(id: number, state: JobWords["state"], more: Partial<JobWords> = {}): JobWords {
  return {
    id,
    kind: "retrieve",
    title: "",
    wanted: { node: "PACS", level: "study", keys: { StudyInstanceUID: "1.2" }, by: "auto", shown: null },
    state,
    created: "",
    started: null,
    ended: null,
    done: 0,
    failed: 0,
    total: null,
    words: "",
    findings: [],
    transfer: null,
    pace: null,
    ...more,
  };
}

test("what runs comes first, then what needs somebody, what waits, and what is done", () => {
  const jobs = [job(1, "done"), job(2, "queued"), job(3, "partly done"), job(4, "running"), job(5, "cancelled"), job(6, "queued")];
  expect(inOrder(jobs).map((one) => one.id)).toEqual([4, 3, 2, 6, 5, 1]);
  expect(summary(jobs)).toBe("1 runs, 2 wait, 1 needs you");
  expect(summary([job(1, "done")])).toBe("");
  expect(summary([job(1, "running"), job(2, "queued")], 201)).toBe("1 runs, 200 wait");
});

test("the rate and what is left are those of this moment", () => {
  const running = job(1, "running", { done: 40, total: 100, pace: { instances_per_second: 10, bytes_per_second: 4_800_000 } });
  expect(paceOf(running)).toBe("10/s, 4.8 MB/s");
  expect(story(running, "PACS", false, NOW).words).toBe("6 s left");
  expect(paceOfAll([running, running])).toBe("20/s, 9.6 MB/s");
  expect(story(job(1, "running", { words: "Looking for what matches." }), "PACS", false, NOW).words).toBe(
    "Looking for what matches.",
  );
});

test("what is done was counted again, and says when", () => {
  const ended = new Date(2026, 10, 23, 14, 30).toISOString();
  const transfer = { by: "get", instances: 96, byte_count: 9_600_000, seconds: 3 };
  const done = job(1, "done", { done: 96, total: 96, ended, transfer });
  expect(story(done, "PACS", false, NOW)).toEqual({ bad: "", words: "done 14:30, counted again: 96", isQuiet: true });
  expect(paceOf(done)).toBe("32/s, 3.2 MB/s");
  expect(story(job(1, "done", { words: "Nothing there matches." }), "PACS", false, NOW).words).toBe("Nothing there matches.");
});

test("what failed says how many, who refused, and why", () => {
  const words = "61 instances came, 3 failed. By C-MOVE: A702 out of resources";
  const partly = job(1, "partly done", {
    done: 61,
    failed: 3,
    words,
    transfer: { by: "move", instances: 61, byte_count: 0, seconds: 1 },
  });
  expect(story(partly, "DCM4CHEE", false, NOW)).toEqual({
    bad: "3 refused by DCM4CHEE",
    words: ", A702 out of resources",
    isQuiet: false,
  });
  expect(totalOf(partly)).toBe(64);
  expect(wayOf(partly)).toBe("C-MOVE");
  const lost = job(1, "failed", { words: "PACS: nobody listens there" });
  expect(story(lost, "PACS", false, NOW)).toEqual({ bad: "failed", words: ", PACS: nobody listens there", isQuiet: false });
});

test("one that waits says for what", () => {
  expect(story(job(1, "queued"), "PACS", false, NOW).words).toBe("waits for a free association");
  expect(story(job(1, "queued"), "PACS", true, NOW).words).toBe("held until the queue goes on");
});

test("what is being brought is known by its key", () => {
  const series = { node: "PACS", keys: { StudyInstanceUID: "1.2", SeriesInstanceUID: "1.3" } };
  const jobs = [
    job(1, "running"),
    job(2, "queued", { wanted: series }),
    job(3, "done", { wanted: { node: "PACS", keys: { PatientID: "P" } } }),
  ];
  expect([...underWay(jobs, "PACS")]).toEqual(["1.2", "1.3"]);
  expect([...underWay(jobs, "OTHER")]).toEqual([]);
});

test("a study or a series has a place in the viewer, a patient has none", () => {
  expect(placeOf(job(1, "done"))).toBe("/viewer?study=1.2");
  const series = job(1, "done", { wanted: { keys: { StudyInstanceUID: "1.2", SeriesInstanceUID: "1.3" } } });
  expect(placeOf(series)).toBe("/viewer?study=1.2&series=1.3");
  expect(placeOf(job(1, "done", { wanted: { keys: { PatientID: "P" } } }))).toBe("");
});
