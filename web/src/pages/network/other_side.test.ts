import { expect, test } from "vitest";
import { keyOf, lines, oneLine, seenFrom } from "./other_side";

test("each product gets its own line", () => {
  const [conquest, orthanc, dcmtk] = lines({ title: "ISOCENTER", address: "10.0.0.5", port: 11112 });
  expect(conquest?.text).toBe("ISOCENTER  10.0.0.5  11112  un");
  expect(oneLine(orthanc?.text ?? "")).toBe('"isocenter" : ["ISOCENTER", "10.0.0.5", 11112]');
  expect(oneLine(dcmtk?.text ?? "")).toBe("isocenter = (ISOCENTER, 10.0.0.5, 11112)");
});

test("a title that a list cannot hold is said", () => {
  const found = lines({ title: 'WARD "3"', address: "10.0.0.5", port: 1 });
  expect(found.map((line) => line.sentence !== "")).toEqual([true, false, true]);
  expect(JSON.parse(`{${found[1]?.text}}`)).toEqual({ ward_3: ['WARD "3"', "10.0.0.5", 1] });
});

test("a key has small letters, digits and underscores only", () => {
  expect(["CT-ROOM 2", "__", "ÄRZTE", "a.b"].map(keyOf)).toEqual(["ct_room_2", "isocenter", "rzte", "a_b"]);
});

test("networks are written as people say them", () => {
  expect(seenFrom("10.0.0.0/24", "10.0.0.5")).toBe("10.0.0.x");
  expect(seenFrom("10.1.0.0/16", "10.1.0.5")).toBe("10.1.x.x");
  expect(seenFrom("10.0.0.0/22", "10.0.0.5")).toBe("10.0.0.0/22");
  expect(seenFrom("fd00::/64", "fd00::5")).toBe("fd00::/64");
  expect(seenFrom("", "10.0.0.5")).toBe("10.0.0.5");
});
