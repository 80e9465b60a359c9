import { expect, test } from "vitest";
import type { DoorCaller, NodeWords } from "@/api/words";
import { latest, turnedAway } from "./turned_away";

const NODE = { name: "CT", ae_title: "CT", host: "10.0.0.9" } as NodeWords;
const caller = (last: string, rest: Partial<DoorCaller> = {}) =>
  ({ calling_ae_title: "CT", address: "10.0.0.7", last, ...rest }) as DoorCaller;

test("only a call that came after the first look is told, whatever clock this computer has", () => {
  const [old, other] = [caller("2031-01-01T12:00:00Z"), caller("2031-01-01T12:00:05Z", { calling_ae_title: "MR" })];
  const since = latest([old, other]);
  expect(turnedAway([old, other], NODE, since)).toBeUndefined();
  const again = caller("2031-01-01T12:00:06Z");
  expect(turnedAway([again, other], NODE, since)).toBe(again);
  const byAddress = caller("2031-01-01T12:00:07Z", { calling_ae_title: "X", address: "10.0.0.9" });
  expect(turnedAway([byAddress], NODE, since)).toBe(byAddress);
});

test("before the first look nothing is new, and after an empty one everything is", () => {
  const call = caller("2001-01-01T12:00:00Z");
  expect(turnedAway([call], NODE, undefined)).toBeUndefined();
  expect(turnedAway([call], NODE, latest([]))).toBe(call);
});
