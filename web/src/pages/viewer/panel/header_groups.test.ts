import { expect, it } from "vitest";
import type { HeaderRowWords } from "@/api/words";
import { groupsOf } from "./header_groups";

const row = (path: string, changes: Partial<HeaderRowWords> = {}): HeaderRowWords => {
  const steps = path.split("/");
  const tag = steps.at(-1) ?? "";
  return { depth: Math.floor(steps.length / 2), path, tag, vr: "LO", keyword: "", name: "", value: "", cut: false, ...changes };
};

it("what a reader looks for comes first, and private attributes last", () => {
  const rows = ["00080060", "00091001", "00100010", "00200032", "00280010", "00280030", "00080020", "00080018"].map((tag) =>
    row(tag),
  );
  expect(groupsOf(rows, 1).map(({ name, rows: held }) => [name, held.map(({ tag }) => tag)])).toEqual([
    ["Patient", ["00100010"]],
    ["Series", ["00080060"]],
    ["Geometry", ["00200032", "00280030"]],
    ["Pixels", ["00280010"]],
    ["Study", ["00080020"]],
    ["Instance", ["00080018"]],
    ["Private", ["00091001"]],
  ]);
});

it("of several frames only the groups of the one that is shown stay", () => {
  const rows = [row("52009230"), row("52009230/1"), row("52009230/1/00209111"), row("52009230/2"), row("52009230/2/00209111")];
  expect(groupsOf(rows, 2)[0]?.rows.map(({ path }) => path)).toEqual(["52009230", "52009230/2", "52009230/2/00209111"]);
});
