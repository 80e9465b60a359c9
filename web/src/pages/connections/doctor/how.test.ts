import { expect, test } from "vitest";
import { again, USUAL, wantedOf } from "./how";

test("without a word one test image may be stored, and nothing else", () => {
  const wanted = wantedOf("CT 1", "archive", USUAL);
  expect(wanted).toEqual({
    node: "CT 1",
    role: "archive",
    storage_class_uid: "1.2.840.10008.5.1.4.1.1.2",
    consent: ["store"],
    secured: null,
  });
});

test("what is granted once is granted for one run", () => {
  expect(wantedOf("CT 1", "archive", USUAL, ["titles", "store"]).consent).toEqual(["store", "titles"]);
  expect([...USUAL.consent]).toEqual(["store"]);
});

test("what runs by itself neither stores nor tries", () => {
  const how = { ...USUAL, consent: new Set(["store", "titles"] as const), secured: true };
  expect(again("CT 1", "archive", how)).toMatchObject({ consent: [], secured: { authority: "", check_host: true } });
});
