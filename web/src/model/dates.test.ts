import { expect, test } from "vitest";
import { dateWords, daysBefore, timeWords, yearsOld } from "@/model/dates";

test("a date is read, and what is none stays as it came", () => {
  expect(dateWords("20261122")).toBe("2026-11-22");
  expect(dateWords("2026.11.22")).toBe("2026-11-22");
  expect(dateWords("last week")).toBe("last week");
  expect(dateWords("")).toBe("");
});

test("a time needs no minutes", () => {
  expect(timeWords("142803.12")).toBe("14:28");
  expect(timeWords("14")).toBe("14:00");
});

test("a year is full on the birthday", () => {
  expect(yearsOld("19700515", "20260514")).toBe(55);
  expect(yearsOld("19700515", "20260515")).toBe(56);
  expect(yearsOld("", "20260515")).toBeUndefined();
  expect(yearsOld("20270101", "20260515")).toBeUndefined();
});

test("days before a day cross months", () => {
  expect(daysBefore(new Date(2026, 2, 1), 1)).toBe("20260228");
});
