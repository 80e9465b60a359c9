import { expect, test } from "vitest";
import type { AnswerWords } from "@/api/words";
import { barHeight, chart, rounded, span } from "./chart";

const NOW = new Date("2026-01-01T12:00:00Z");
const answer = (minutesAgo: number, milliseconds: number | null): AnswerWords => ({
  moment: new Date(NOW.getTime() - minutesAgo * 60_000).toISOString(),
  milliseconds,
  outcome: milliseconds === null ? "lost" : "answered",
});

test("runs are broken where it did not answer, and the stretch lasts until it did again", () => {
  const found = chart([answer(240, 2), answer(180, 3), answer(120, null), answer(60, null), answer(0, 4)], NOW, 4);
  expect(found.runs.map((run) => run.map((point) => point.x))).toEqual([[0, 0.25], [1]]);
  expect(found.silent).toMatchObject([{ from: 0.5, to: 1, began: new Date("2026-01-01T10:00:00Z") }]);
  expect([found.asked, found.answered, found.median]).toEqual([5, 3, 3]);
});

test("a stretch that goes on ends now", () => {
  expect(chart([answer(60, null)], NOW, 4).silent).toMatchObject([{ from: 0.75, to: 1 }]);
});

test("what is older is left out", () => {
  const found = chart([answer(300, 900), answer(10, 3)], NOW, 4);
  expect([found.asked, found.top]).toEqual([1, 4]);
});

test("nothing makes an empty chart", () => {
  expect(chart([], NOW, 4)).toMatchObject({ runs: [], silent: [], asked: 0, median: undefined, top: 1 });
});

test("the scale ends at a round number", () => {
  expect([0, 1, 3.4, 7, 9, 38, 450].map(rounded)).toEqual([1, 1, 4, 8, 10, 40, 800]);
});

test("bars tell 2 from 40 and stay in their row", () => {
  expect([0, 2, 40, 5000].map(barHeight)).toEqual([2, 4, 14, 20]);
});

test("what has just begun is shown close up", () => {
  expect([[], [answer(3, 1)], [answer(30, 1)], [answer(61, 1)], [answer(900, 1)]].map((all) => span(all, NOW))).toEqual([
    4, 0.25, 1, 4, 4,
  ]);
});

test("an answer that is newer than the page's clock stands at its end", () => {
  expect(chart([answer(-0.02, null)], NOW, 4).silent).toMatchObject([{ from: 1, to: 1 }]);
  expect(chart([answer(-0.02, 3)], NOW, 4).runs).toMatchObject([[{ x: 1 }]]);
});
