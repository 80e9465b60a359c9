import { expect, it } from "vitest";
import {
  added,
  isUnkept,
  loaded,
  type Measured,
  type Measuring,
  newUid,
  openStudy,
  redone,
  removed,
  reshaped,
  undone,
} from "./store";

const reading = { headline: "", second: "", listValue: "", listWords: "", source: undefined, quantities: [], statement: "" };
const one = (id: string, changes: Partial<Measured> = {}): Measured => ({
  id,
  kind: "length",
  place: { key: "1.2/1", stackId: "", sopInstanceUid: "1.2", frame: 1 },
  points: [{ x: 0, y: 0 }],
  reading,
  maker: "",
  ...changes,
});

const START: Measuring = {
  study: "1",
  all: [],
  kept: [],
  reports: [],
  past: [],
  future: [],
  selected: undefined,
  pointed: undefined,
  pointedKeyword: undefined,
  draft: undefined,
  keeping: { state: "idle" },
};

/** The state after some changes. */
function after(now: Measuring, ...changes: readonly ((state: Measuring) => Partial<Measuring>)[]): Measuring {
  let state = now;
  for (const change of changes) state = { ...state, ...change(state) };
  return state;
}
const ids = (now: Measuring) => now.all.map(({ id }) => id);

it("what was drawn, moved and removed can be undone and done again", () => {
  const moved = (now: Measuring) => reshaped(now, "a", [{ x: 5, y: 5 }], reading, true);
  const state = after(
    START,
    (now) => added(now, one("a")),
    moved,
    (now) => removed(now, "a"),
  );
  expect(ids(state)).toEqual([]);
  const back = after(state, undone, undone);
  expect(back.all[0]?.points).toEqual([{ x: 0, y: 0 }]);
  expect(after(back, redone).all[0]?.points).toEqual([{ x: 5, y: 5 }]);
  expect(ids(after(back, undone))).toEqual([]);
});

it("a drag is one step back, however many moves it has", () => {
  let state = after(START, (now) => added(now, one("a")));
  for (const step of [1, 2, 3]) state = after(state, (now) => reshaped(now, "a", [{ x: step, y: 0 }], reading, step === 1));
  expect(after(state, undone).all[0]?.points).toEqual([{ x: 0, y: 0 }]);
});

it("what others measured is shown and cannot be removed", () => {
  const state = after(
    START,
    (now) => loaded(now, [one("a", { maker: "ACME" })], []),
    (now) => removed(now, "a"),
  );
  expect(ids(state)).toEqual(["a"]);
});

it("what was changed or removed since it was kept stays so when the archive is asked again", () => {
  const kept = [one("a"), one("b")];
  const state = after(
    START,
    (now) => loaded(now, kept, ["1.9"]),
    (now) => reshaped(now, "a", [{ x: 9, y: 9 }], reading, true),
    (now) => removed(now, "b"),
    (now) => added(now, one("c")),
    (now) => loaded(now, kept, ["1.9"]),
  );
  expect(ids(state)).toEqual(["a", "c"]);
  expect(state.all[0]?.points).toEqual([{ x: 9, y: 9 }]);
  expect(isUnkept(state)).toBe(true);
});

it("a place that a report rounded is no change", () => {
  const drawn = after(START, (now) => added(now, one("a", { points: [{ x: 1 / 3, y: 2 / 3 }] })));
  expect(isUnkept(drawn)).toBe(true);
  expect(
    isUnkept(after(drawn, (now) => loaded(now, [one("a", { points: [{ x: Math.fround(1 / 3), y: Math.fround(2 / 3) }] })], []))),
  ).toBe(false);
});

it("another study begins with nothing", () => {
  const state = after(
    START,
    (now) => added(now, one("a")),
    (now) => openStudy(now, "2"),
  );
  expect([ids(state), state.study, state.past]).toEqual([[], "2", []]);
});

it("a new UID has at most 44 characters and is never the same", () => {
  const [first, second] = [newUid(), newUid()];
  expect(first).toMatch(/^2\.25\.[1-9]\d{30,38}$/);
  expect(first).not.toBe(second);
});
