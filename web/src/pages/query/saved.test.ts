import { expect, test } from "vitest";
import { readSaved, withSaved } from "./saved";

test("what is stored is read, and nonsense is none", () => {
  expect(readSaved('[{"name":"a","address":"node=x"},{"name":1},null]')).toEqual([{ name: "a", address: "node=x" }]);
  for (const text of [null, "", "{", "7", '{"a":1}']) expect(readSaved(text)).toEqual([]);
});

test("under a name there is one query, the latest first, and not too many", () => {
  const one = { name: "a", address: "1" };
  expect(withSaved([{ name: "b", address: "2" }, one], { name: "a", address: "3" })).toEqual([
    { name: "a", address: "3" },
    { name: "b", address: "2" },
  ]);
  const many = Array.from({ length: 60 }, (_, place) => ({ name: String(place), address: "" }));
  expect(withSaved(many, one)).toHaveLength(50);
});
