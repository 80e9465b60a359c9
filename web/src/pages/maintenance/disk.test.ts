import { describe, expect, it } from "vitest";
import type { DiskWords } from "@/api/words";
import { byDay, days, isShort, lasting, partsOf } from "./disk";

const DISK: DiskWords = {
  bytes_total: 1000,
  bytes_free: 400,
  bytes_reserved: 10,
  instances_bytes: 300,
  counted: 3,
  total: 3,
  index_bytes: 50,
  cache_bytes: 20,
  log_bytes: 5,
  last_day_instances: 1,
  last_day_bytes: 10,
  last_week_bytes: 70,
  days_left: 41.2,
  days_left_week: 60,
  hours: [],
};

it("shares the disk between what is ours, what is not, and what is free", () => {
  const parts = partsOf(DISK);
  expect(parts.map((part) => part.bytes)).toEqual([300, 50, 25, 225, 400]);
  expect(parts.reduce((sum, part) => sum + part.bytes, 0)).toBe(DISK.bytes_total);
});

it("takes nothing from others where the sums of the file system and of the index disagree", () => {
  expect(partsOf({ ...DISK, instances_bytes: 900 }).find((part) => part.name === "Other files")?.bytes).toBe(0);
});

describe("how long it lasts", () => {
  it("is told at both rates where they differ", () => {
    expect(lasting(DISK)).toBe("At the rate of the last 24 hours the disk lasts 41 days, at that of the last week 60 days.");
    expect(lasting({ ...DISK, days_left_week: 41.4 })).toBe("At the rate of the last 24 hours the disk lasts 41 days.");
  });

  it("is not guessed where nothing came", () => {
    expect(lasting({ ...DISK, days_left: null, days_left_week: null })).toContain("Nothing came in the last seven days");
    expect(lasting({ ...DISK, days_left: null })).toContain("at the rate of the last week the disk lasts 60 days");
  });

  it("says when nothing is stored any more", () => {
    expect(lasting({ ...DISK, bytes_free: 10 })).toContain("is full");
  });

  it("is a warning below two weeks", () => {
    expect([isShort(DISK), isShort({ ...DISK, days_left: 13.9 }), isShort({ ...DISK, days_left: null })]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it("is rounded as people speak", () => {
    expect([0.01, 0.5, 1.2, 41.6, 800, 9000].map(days)).toEqual([
      "1 h",
      "12 h",
      "1 day",
      "42 days",
      "2 years",
      "more than ten years",
    ]);
  });
});

it("counts the days of this computer's clock, empty ones too", () => {
  const now = new Date(2026, 10, 23, 14, 0);
  const at = (back: number, hour: number) => new Date(2026, 10, 23 - back, hour).toISOString();
  const hours = [
    { begins: at(2, 1), instances: 1, bytes: 10 },
    { begins: at(0, 0), instances: 2, bytes: 20 },
    { begins: at(0, 13), instances: 3, bytes: 30 },
    { begins: at(40, 13), instances: 9, bytes: 90 },
  ];
  expect(byDay(hours, now, 3)).toEqual([
    { day: "2026-11-21", instances: 1, bytes: 10 },
    { day: "2026-11-22", instances: 0, bytes: 0 },
    { day: "2026-11-23", instances: 5, bytes: 50 },
  ]);
});
