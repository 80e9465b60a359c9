import { describe, expect, test } from "vitest";
import type { NodeState } from "@/api/words";
import { counts, milliseconds, standing } from "./verdicts";

const NOW = new Date(2026, 0, 1, 14, 32, 0);
const state = (more: Partial<NodeState>): NodeState => ({
  name: "CT",
  verdict: "answers",
  words: "",
  milliseconds: 4.2,
  asked: new Date(NOW.getTime() - 12_000).toISOString(),
  since: new Date(2026, 0, 1, 13, 58).toISOString(),
  is_busy: false,
  last_call: null,
  answered: null,
  changed: "",
  bars: [],
  ...more,
});

describe("a node's standing in two lines", () => {
  test("one that answers says how fast and when, and no more", () => {
    expect(standing(state({}), NOW)).toMatchObject({ lamp: "good", first: "4 ms", second: "12 s ago", headline: "" });
  });

  test("one that refuses says since when", () => {
    const found = standing(state({ verdict: "refuses our title", milliseconds: null }), NOW);
    expect(found).toMatchObject({ lamp: "bad", first: "refuses title", second: "since 13:58", tone: "bad" });
  });

  test("one that only sends is not called broken", () => {
    const called = new Date(2026, 0, 1, 11, 20).toISOString();
    const found = standing(state({ verdict: "not listening", last_call: called }), NOW);
    expect(found).toMatchObject({ lamp: "unknown", first: "does not listen", second: "called 11:20", tone: "calm" });
  });

  test("one that is asked over DICOMweb has no C-ECHO to refuse", () => {
    const failed = state({ verdict: "no echo", milliseconds: null });
    expect(standing(failed, NOW).first).toBe("no C-ECHO");
    expect(standing(failed, NOW, true)).toMatchObject({ lamp: "bad", first: "refuses" });
  });

  test("one that is being asked is busy, whatever it was", () => {
    expect(standing(state({ is_busy: true, verdict: "silent" }), NOW).lamp).toBe("busy");
  });

  test("one that is not known yet says nothing", () => {
    expect(standing(undefined, NOW).first).toBe("");
  });
});

test("times below a millisecond keep a digit", () => {
  expect([0.42, 0.96, 3.74, 38.2].map(milliseconds)).toEqual(["0.4 ms", "1 ms", "4 ms", "38 ms"]);
});

test("those that cannot be asked are counted neither way", () => {
  const all = [
    "answers",
    "changed",
    "no echo",
    "silent",
    "port closed",
    "refuses",
    "refuses our title",
    "unasked",
    "only calls",
    "not listening",
  ] as const;
  expect(counts(all.map((verdict) => state({ verdict })))).toEqual({ answer: 3, silent: 4 });
});
