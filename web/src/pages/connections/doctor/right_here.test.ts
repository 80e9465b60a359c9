import { expect, test } from "vitest";
import type { CheckupWords, DeviceWords, NodeStory } from "@/api/words";
import { rightHere } from "./right_here";

const NOW = new Date(2026, 0, 1, 14, 32);
const at = (hours: number, minutes: number) => new Date(2026, 0, 1, hours, minutes).toISOString();
const checkup = { own_ae_title: "ISOCENTER", own_address: "10.0.0.5", host: "10.0.0.12" } as CheckupWords;
const device = { port: 11112, listening_since: at(7, 2), latest_call: null } as unknown as DeviceWords;
const story = (last: string | null) => ({ calls: { last, address: "10.0.0.12" } }) as NodeStory;

test("what was seen is said with where it is known from", () => {
  expect(rightHere(checkup, device, story(at(14, 29)), NOW)).toEqual([
    "title ISOCENTER, 9 letters, no stray space",
    "it reached you at 14:29, from 10.0.0.12",
    "you listen at port 11112 since 07:02",
    "your address towards it is 10.0.0.5",
  ]);
});

test("nothing is claimed that was not seen", () => {
  expect(rightHere({ ...checkup, own_ae_title: "ISO ", own_address: "" }, undefined, story(null), NOW)).toEqual([]);
  expect(rightHere({ ...checkup, own_address: "10.0.0.12" }, undefined, undefined, NOW)).toEqual([
    "title ISOCENTER, 9 letters, no stray space",
  ]);
});

test("another device that has called shows that we can be reached", () => {
  const reached = { ...device, latest_call: { address: "10.0.0.44", moment: at(9, 0) } } as unknown as DeviceWords;
  expect(rightHere(checkup, reached, story(null), NOW)).toContain("you can be reached: 10.0.0.44 called at 09:00");
});
