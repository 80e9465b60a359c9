import { expect, test } from "vitest";
import type { StudyWords } from "@/api/words";
import { Arrivals } from "./arrivals";

const row = (uid: string, count: number) => ({ study_instance_uid: uid, instance_count: count }) as StudyWords;

test("a study that grows arrives at the rate of its growth, until it is calm", () => {
  const arrivals = new Arrivals();
  arrivals.take([row("1", 10), row("2", 5)], 0, true);
  expect(arrivals.rate("1", 0)).toBeUndefined();
  arrivals.take([row("1", 50), row("2", 5)], 1000, false);
  expect(arrivals.rate("1", 1000)).toBe(40);
  expect(arrivals.rate("2", 1000)).toBeUndefined();
  expect(arrivals.isBusy(2000)).toBe(true);
  expect(arrivals.rate("1", 5000)).toBeUndefined();
  expect(arrivals.isBusy(5000)).toBe(false);
});

test("a study that appears arrives, and one that is only scrolled to does not", () => {
  const arrivals = new Arrivals();
  arrivals.take([row("1", 10)], 0, true);
  arrivals.take([row("9", 100)], 500, true);
  arrivals.take([row("3", 1)], 1000, false);
  expect(arrivals.rate("9", 500)).toBeUndefined();
  expect(arrivals.rate("3", 1000)).toBe(0);
});

test("a study that lost images does not arrive", () => {
  const arrivals = new Arrivals();
  arrivals.take([row("1", 10)], 0, true);
  arrivals.take([row("1", 4)], 1000, false);
  expect(arrivals.rate("1", 1000)).toBeUndefined();
  arrivals.take([row("1", 5)], 2000, false);
  expect(arrivals.rate("1", 2000)).toBe(1);
});
