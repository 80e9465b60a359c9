import { expect, test } from "vitest";
import { answerWords, tableOf } from "./table";

const answer = (sop_class_uid: string, transfer_syntax: string, result: number | null) => ({
  sop_class_uid,
  transfer_syntax,
  result,
});

test("a row for each class and a column for each syntax, in the order of the proposal", () => {
  const table = tableOf([answer("CT", "explicit", 0), answer("CT", "jpeg", 4), answer("MR", "implicit", null)]);
  expect(table.syntaxes).toEqual(["explicit", "jpeg", "implicit"]);
  expect(table.rows).toEqual([
    { classUid: "CT", cells: [0, 4, undefined] },
    { classUid: "MR", cells: [undefined, undefined, null] },
  ]);
});

test("every answer has its words", () => {
  expect([undefined, null, 0, 1, 2, 3, 4].map(answerWords)).toHaveLength(
    new Set([undefined, null, 0, 1, 2, 3, 4].map(answerWords)).size,
  );
  expect(answerWords(9)).toContain("9");
});
