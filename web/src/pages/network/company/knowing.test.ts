import { expect, test } from "vitest";
import type { FactWords } from "@/api/words";
import { Company, known, moved, placeOf, SHOWN_MAX, sentence, shown, told } from "./knowing";

const NOW = new Date("2026-01-01T12:00:00Z");

function fact(part: Partial<FactWords>): FactWords {
  return {
    of: "",
    to: "CT",
    knowing: "works",
    words: "reach it",
    source: "echo",
    tested: "2026-01-01T11:56:00Z",
    success: "2026-01-01T11:56:00Z",
    one_sided: false,
    ...part,
  };
}

test("each direction is its own", () => {
  const company = new Company([fact({}), fact({ of: "CT", to: "", knowing: "wrong", one_sided: true })]);
  expect(company.between("", "CT")?.knowing).toBe("works");
  expect(company.between("CT", "")?.knowing).toBe("wrong");
  expect(company.between("CT", "MR")).toBeUndefined();
});

test("a one-sided pair is told once, by the way that does not work", () => {
  const company = new Company([fact({ one_sided: true }), fact({ of: "CT", to: "", knowing: "not", one_sided: true })]);
  expect(company.oneSided().map((one) => one.of)).toEqual(["CT"]);
});

test("a fact is a sentence with where it is known from", () => {
  expect(sentence(fact({}))).toBe("We reach it");
  expect(sentence(fact({ of: "CT", words: "calls us by our title" }))).toBe("CT calls us by our title");
  expect(known(fact({}), NOW)).toBe("from a C-ECHO of ours, 4 min ago");
  expect(known(fact({ source: "call", success: "2026-01-01T11:30:00Z" }), NOW)).toBe(
    "from its call, 4 min ago; last worked 30 min ago",
  );
  expect(known(fact({ source: "entry", tested: null, success: null }), NOW)).toBe("from its entry here");
});

test("what is not known is said so", () => {
  expect(told(undefined, "CT", "")).toBe("CT to This device: not known");
  expect(told(undefined, "", "")).toBe("the same device");
  expect(told(fact({ knowing: "wrong", one_sided: true }), "", "CT")).toBe("This device to CT: entered wrongly, one-sided");
});

test("a long list is cut to those that matter, and found by typing", () => {
  const people = ["", ...Array.from({ length: 200 }, (_, number) => `N${number}`)].map((name) => ({ name, title: `T${name}` }));
  const company = new Company([fact({ of: "N150", to: "", knowing: "wrong", one_sided: true })]);
  const few = shown(people, company, "");
  expect(few).toHaveLength(SHOWN_MAX);
  expect(few[0]?.name).toBe("");
  expect(few.some((one) => one.name === "N150")).toBe(true);
  expect(shown(people, company, "tn19").map((one) => one.name)).toEqual([
    "",
    "N19",
    ...Array.from({ length: 10 }, (_, number) => `N19${number}`),
  ]);
});

test("arrows stay within the square", () => {
  expect(moved("ArrowUp", [0, 0], 3)).toEqual([0, 0]);
  expect(moved("ArrowDown", [0, 1], 3)).toEqual([1, 1]);
  expect(moved("ArrowRight", [0, 2], 3)).toEqual([0, 2]);
  expect(moved("End", [1, 0], 3)).toEqual([1, 2]);
  expect(moved("x", [0, 0], 3)).toBeUndefined();
});

test("who is not among those shown has no place in the square", () => {
  const people = [
    { name: "", title: "A" },
    { name: "CT", title: "B" },
  ];
  expect(placeOf(people, ["CT", ""])).toEqual([1, 0]);
  expect(placeOf(people, ["MR", "CT"])).toEqual([-1, 1]);
});
