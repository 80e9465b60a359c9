import { expect, test } from "vitest";
import type { CheckupWords, StepWords, VerdictWords } from "@/api/words";
import { climbed, endWords, lampOf, progress, rungsOf, underWay, untried } from "./rungs";

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
  expect(progress(run([step("name", "passed")], { ended: "2026-01-01T12:00:01Z" }))).toMatch(/^All 1 layer in 1\.0 ms/);
});

test("layers that were left out are not counted as climbed, and TLS that is off is not told", () => {
  const steps = [step("tcp", "passed"), step("tls", "skipped"), step("echo", "warned"), step("store", "skipped")];
  expect(climbed(steps)).toBe("2 layers, 1 left out,");
  expect(climbed(steps.slice(0, 3))).toBe("2 layers");
  expect(progress(run(steps, { ended: "2026-01-01T12:00:01Z" }))).toMatch(/^All 2 layers, 1 left out, in \d/);
});

test("only a whole run without a complaint is green and says that nothing failed", () => {
  const ended = "2026-01-01T12:00:01Z";
  const [whole, warned, stopped] = [
    run([step("tcp", "passed")], { ended }),
    run([step("tcp", "warned")], { ended }),
    run([step("tcp", "passed"), step("echo", "untried")], { ended }),
  ];
  const broken = run([step("tcp", "passed"), step("echo", "skipped")], { ended, is_stopped: true });
  expect([lampOf(broken), endWords(broken)]).toEqual(["unknown", "Ended before its end."]);
  expect([whole, warned, stopped].map(lampOf)).toEqual(["good", "partly", "unknown"]);
  expect([whole, warned, stopped].map(endWords)).toEqual([
    "Nothing failed.",
    "Nothing failed, and something is worth knowing.",
    "Ended before its end.",
  ]);
  expect(lampOf(run([], { ended, verdict }))).toBe("bad");
  expect([lampOf(undefined), lampOf(run([]))]).toEqual(["unknown", "busy"]);
});

test("a role that was not tested has its whole ladder before it", () => {
  expect(untried("archive")).toHaveLength(16);
  expect(untried("printer").at(-1)?.layer).toBe("printer");
});
