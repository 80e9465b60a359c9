import { expect, test } from "vitest";
import type { CheckupWords, NodeStory } from "@/api/words";
import { after, before, statesOf, stepOf } from "./steps";

const run = (titles: string, rest: Partial<CheckupWords> = {}) =>
  ({ steps: [{ layer: "titles", outcome: titles }], verdict: null, ended: "2026-01-01T12:00:00Z", ...rest }) as CheckupWords;
const story = (count: number, received: number, fetched = 0) => ({ calls: { count, received, fetched } }) as NodeStory;

test("without a node there is only the first step", () => {
  expect(stepOf("report", false)).toBe("device");
  expect(stepOf("report", true)).toBe("report");
  expect(stepOf("nonsense", true)).toBe("device");
  expect([before("device"), after("report")]).toEqual([undefined, undefined]);
});

test("a step is done when it was seen to be, and not before", () => {
  expect(statesOf(false, "modality", undefined, undefined)).toEqual({});
  expect(statesOf(true, "modality", undefined, undefined)).toEqual({ device: "done" });
  expect(statesOf(true, "modality", run("passed"), story(0, 0))).toEqual({ device: "done", enter: "done", test: "done" });
  expect(statesOf(true, "modality", run("failed", { verdict: {} as never }), story(0, 0))).toEqual({
    device: "done",
    test: "failed",
  });
  expect(statesOf(true, "modality", run("untried"), story(2, 1))).toEqual({ device: "done", enter: "done", image: "done" });
  expect(statesOf(true, "modality", run("passed", { is_stopped: true }), story(0, 0)).test).toBeUndefined();
  expect(statesOf(true, "modality", run("passed", { ended: null }), story(0, 0))).toEqual({ device: "done", enter: "done" });
});

test("an image that goes both ways was stored there and has come from there", () => {
  const stored = {
    steps: [{ layer: "store", outcome: "passed" }],
    verdict: null,
    ended: "2026-01-01T12:00:00Z",
  } as unknown as CheckupWords;
  expect(statesOf(true, "archive", undefined, story(1, 1)).image).toBeUndefined();
  expect(statesOf(true, "archive", stored, story(1, 0)).image).toBeUndefined();
  expect(statesOf(true, "archive", stored, story(1, 1)).image).toBe("done");
  expect(statesOf(true, "archive", stored, story(1, 1, 1)).image, "only what was fetched from it has come").toBeUndefined();
  expect(statesOf(true, "workstation", stored, story(0, 0)).image).toBe("done");
  expect(statesOf(true, "printer", stored, story(1, 1)).image).toBeUndefined();
});
