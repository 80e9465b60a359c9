import { expect, it } from "vitest";
import type { ContextWords } from "@/api/words";
import { contextRows, isRefused } from "./contexts";

function context(id: number, abstract_syntax: string, syntax: string): ContextWords {
  return {
    id,
    abstract_syntax,
    name: `class ${abstract_syntax}`,
    transfer_syntax: syntax && `1.${syntax}`,
    transfer_syntax_name: syntax,
  };
}

it("makes one row of a class, with what was agreed on and how often it was refused", () => {
  const rows = contextRows([context(1, "a", "LE"), context(3, "a", "JPEG"), context(5, "a", "LE"), context(7, "a", "")]);
  expect(rows).toEqual([{ abstractSyntax: "a", name: "class a", syntaxes: ["LE", "JPEG"], refused: 1 }]);
});

it("shows first what cannot be sent at all", () => {
  const rows = contextRows([context(1, "a", "LE"), context(3, "b", ""), context(5, "c", "LE")]);
  expect(rows.map((row) => row.abstractSyntax)).toEqual(["b", "a", "c"]);
  expect(rows.map(isRefused)).toEqual([true, false, false]);
});
