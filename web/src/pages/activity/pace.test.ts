import { expect, it } from "vitest";
import type { AssociationWords } from "@/api/words";
import { paceOfOpen, paceOfPast, paceWords, type Samples, sampled } from "./pace";

function one(images: number, bytes: number, more: Partial<AssociationWords> = {}): AssociationWords {
  return {
    token: "a",
    opened: "2026-01-01T12:00:00Z",
    ended: null,
    stored: images ? [{ sop_class_uid: "1", name: "CT Image Storage", count: images }] : [],
    sent: 0,
    bytes_in: bytes,
    bytes_out: 10,
    ...more,
  } as AssociationWords;
}

it("is that of the last seconds while an association goes on", () => {
  let samples: Samples = new Map();
  for (let second = 0; second <= 20; second++) {
    const images = second < 10 ? second * 10 : 100 + (second - 10) * 40;
    samples = sampled(samples, [one(images, images * 500_000)], second * 1000);
  }
  expect(paceOfOpen(samples, "a")).toEqual({ images: 40, bytes: 20_000_000 });
});

it("is not known at the first look, nor of one that only waits", () => {
  const first = sampled(new Map(), [one(5, 1000)], 0);
  expect(paceOfOpen(first, "a")).toBeUndefined();
  expect(paceOfOpen(sampled(first, [one(5, 1000)], 1000), "a")).toBeUndefined();
  expect(paceOfOpen(first, "b")).toBeUndefined();
});

it("forgets who is gone", () => {
  const samples = sampled(sampled(new Map(), [one(5, 1000)], 0), [], 1000);
  expect(samples.size).toBe(0);
});

it("is the whole of it where it is over", () => {
  const past = one(28, 14_700_000, { ended: "2026-01-01T12:00:00.700Z" });
  expect(paceWords(paceOfPast(past) as { images: number; bytes: number })).toBe("40/s, 21 MB/s");
  expect(paceOfPast(one(1, 500, { ended: "2026-01-01T12:00:01Z" }))).toBeUndefined();
});

it("keeps one digit where it is slow", () => {
  expect(paceWords({ images: 1.25, bytes: 650_000 })).toBe("1.3/s, 650 KB/s");
});
