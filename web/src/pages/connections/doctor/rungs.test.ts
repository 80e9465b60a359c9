import { expect, test } from "vitest";
import type { CheckupWords, StepWords, VerdictWords } from "@/api/words";
import { progress, rungsOf, underWay, untried } from "./rungs";

const step = (layer: StepWords["layer"], outcome: StepWords["outcome"]): StepWords => ({
  layer,
  outcome,
  words: "",
  milliseconds: outcome === "untried" ? null : 1,
  exchanges: [],
  facts: {},
  sign: null,
});
const verdict = { layer: "tcp" } as VerdictWords;
const run = (steps: readonly StepWords[], rest: Partial<CheckupWords> = {}) =>
  ({ steps, verdict: null, began: "2026-01-01T12:00:00Z", ended: null, ...rest }) as CheckupWords;

test("the layer under way is the first that was not climbed", () => {
  const checkup = run([step("name", "passed"), step("route", "untried"), step("clean up", "untried")]);
  expect(underWay(checkup)).toBe("route");
  expect(rungsOf(checkup).map((rung) => rung.outcome)).toEqual(["passed", "running", "untried"]);
  expect(progress(checkup)).toBe("At layer 2 of 3");
});

test("once a layer has failed, only cleaning up is under way", () => {
  const steps = [step("tcp", "failed"), step("store", "untried"), step("clean up", "untried")];
  expect(underWay(run(steps, { verdict }))).toBe("clean up");
  const over = run(steps, { verdict, ended: "2026-01-01T12:00:01Z" });
  expect(underWay(over)).toBeUndefined();
  expect(progress(over)).toMatch(/^Stopped at layer 1 of 3 after 1\.0 ms, \d\d:00:01$/);
});

test("one that was ended early does not claim the rest", () => {
  const over = run([step("name", "passed"), step("route", "untried")], { ended: "2026-01-01T12:00:01Z" });
  expect(progress(over)).toMatch(/^Ended after layer 1 of 2/);
  expect(progress(run([step("name", "passed")], { ended: "2026-01-01T12:00:01Z" }))).toMatch(/^All 1 layers in 1\.0 ms/);
});

test("a role that was not tested has its whole ladder before it", () => {
  expect(untried("archive")).toHaveLength(16);
  expect(untried("printer").at(-1)?.layer).toBe("printer");
});
