import { expect, test } from "vitest";
import type { StudyWords } from "@/api/words";
import { extended, type NONE, only, refreshed, toggled, without } from "./selection";

const study = (number: number, more: Partial<StudyWords> = {}) =>
  ({ study_instance_uid: String(number), instance_count: 1, set_aside: 0, ...more }) as StudyWords;
const rows = [0, 1, 2, 3, 4].map((number) => study(number));
const placesIn = (list: readonly (ReturnType<typeof study> | undefined)[]) => ({
  at: (place: number) => list[place],
  placeOf: (uid: string) => list.findIndex((one) => one?.study_instance_uid === uid),
});
const places = placesIn(rows);
const names = (selection: typeof NONE) => [...selection.studies.keys()];

test("a click selects one and forgets the others", () => {
  expect(names(only(study(2), 2))).toEqual(["2"]);
});

test("Ctrl adds and takes away, and the panel shows what is left", () => {
  const two = toggled(only(study(1), 1), study(3), 3);
  expect([names(two), two.current]).toEqual([["1", "3"], "3"]);
  const one = toggled(two, study(3), 3);
  expect([names(one), one.current]).toEqual([["1"], "1"]);
  expect(toggled(one, study(1), 1).current).toBe("");
});

test("Shift extends from the anchor both ways, and again from the same anchor", () => {
  const from = only(study(2), 2);
  expect(names(extended(from, 4, places))).toEqual(["2", "3", "4"]);
  expect(names(extended(extended(from, 4, places), 0, places))).toEqual(["0", "1", "2"]);
});

test("the anchor stays with its study when others arrive above it", () => {
  const moved = placesIn([study(9), study(8), ...rows]);
  expect(names(extended(only(study(1), 1), 5, moved))).toEqual(["1", "2", "3"]);
});

test("rows that are not loaded are not selected by an extension", () => {
  expect(names(extended(only(study(1), 1), 3, placesIn([study(0), study(1), undefined, study(3)])))).toEqual(["1", "3"]);
});

test("what grows is told, and nothing changes where nothing did", () => {
  const one = only(study(1), 1);
  expect(refreshed(one, rows)).toBe(one);
  expect(refreshed(one, [study(1, { instance_count: 9 })]).studies.get("1")?.instance_count).toBe(9);
});

test("what was removed is not selected any more", () => {
  const two = toggled(only(study(1), 1), study(3), 3);
  expect(without(two, ["3"])).toMatchObject({ current: "1" });
  expect(names(without(two, ["1", "3"]))).toEqual([]);
});
