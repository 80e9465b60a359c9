import { expect, test } from "vitest";
import type { BeatWords, PartWords, WindowWords } from "@/api/words";
import { interval, kindOf, lampOf, local, outageWords, partWords, percent, stretches, windowWords } from "./beats";

const NOW = new Date(2026, 10, 23, 14, 30);

function part(asked: number, failed: number, excused = 0): PartWords {
  return {
    begins: new Date(2026, 10, 23, 12).toISOString(),
    asked,
    failed,
    excused,
    milliseconds: asked > failed ? 4 : null,
    slowest: 21,
  };
}

function beat(more: Partial<BeatWords>): BeatWords {
  return {
    name: "CT",
    minutes: 5,
    own_minutes: null,
    availability: 100,
    milliseconds: 4,
    slowest: 9,
    asked: 10,
    failed: 0,
    excused: 0,
    parts: [],
    outages: [],
    working: null,
    listens: true,
    ...more,
  };
}

test("a percentage is never rounded up to whole", () => {
  expect(percent(100)).toBe("100 %");
  expect(percent(99.999)).toBe("99.99 %");
  expect(percent(87.66)).toBe("87.6 %");
  expect(percent(null)).toBe("");
});

test("the lamp is of now where it is away, else of the time shown", () => {
  expect(lampOf(beat({}))).toBe("good");
  expect(lampOf(beat({ availability: 98 }))).toBe("partly");
  expect(lampOf(beat({ availability: 98, outages: [{ since: NOW.toISOString(), until: null, words: "" }] }))).toBe("bad");
  expect(lampOf(beat({ availability: 0, failed: 10 }))).toBe("bad");
  expect(lampOf(beat({ availability: null, asked: 0 }))).toBe("unknown");
});

test("a part is what became of its echoes, and maintenance is calm", () => {
  expect([part(0, 0), part(4, 0), part(4, 1), part(4, 4), part(4, 0, 4), part(4, 0, 2)].map(kindOf)).toEqual([
    "unasked",
    "answered",
    "partly",
    "failed",
    "excused",
    "answered",
  ]);
  expect(partWords(part(4, 1), 1)).toBe("2026-11-23 12:00 to 13:00: 3 of 4 answered, 4.0 ms on average, 21 ms at worst");
  expect(partWords(part(0, 0), 24)).toBe("2026-11-23: not asked");
});

test("intervals and outages in words", () => {
  expect([0, 1, 5, 60, 120].map((minutes) => interval(beat({ minutes })))).toEqual([
    "never",
    "every minute",
    "every 5 min",
    "every hour",
    "every 2 h",
  ]);
  expect(interval(beat({ listens: false }))).toBe("never");
  const since = new Date(2026, 10, 23, 13, 58).toISOString();
  expect(outageWords({ since, until: null, words: "" }, NOW)).toBe("since 13:58");
  expect(outageWords({ since, until: new Date(2026, 10, 23, 14, 1).toISOString(), words: "" }, NOW)).toBe("13:58, for 3 min");
});

test("a window in words", () => {
  const window: WindowWords = {
    id: 1,
    node: "",
    begins: new Date(2026, 10, 21, 22).toISOString(),
    minutes: 90,
    repeats: "once",
    words: "",
    open: false,
    next: null,
  };
  expect(windowWords(window)).toBe("2026-11-21 22:00 to 23:30");
  expect(windowWords({ ...window, minutes: 180 })).toBe("2026-11-21 22:00 to 2026-11-22 01:00");
  expect(windowWords({ ...window, repeats: "daily" })).toBe("every day 22:00 to 23:30");
  expect(windowWords({ ...window, repeats: "weekly" })).toBe("Saturdays 22:00 to 23:30");
  expect(local(new Date(2026, 0, 2, 3, 4))).toBe("2026-01-02T03:04");
});

test("one may look as far back as is kept", () => {
  expect(stretches(30).map((one) => one.words)).toEqual(["Day", "Week", "Month"]);
  expect(stretches(1).map((one) => one.days)).toEqual([1]);
});
