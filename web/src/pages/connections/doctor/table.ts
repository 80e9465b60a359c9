/** Presentation contexts as a table: a row for each class, a column for each transfer syntax, the answer in the cell (PS3.8 9.3.3.2). */
import type { ContextAnswerWords } from "@/api/words";

export type Cell = number | null | undefined;

export interface Table {
  readonly syntaxes: readonly string[];
  readonly rows: readonly { readonly classUid: string; readonly cells: readonly Cell[] }[];
}

/** Undefined where it was not proposed, null where no answer came. Classes and syntaxes keep the order in which they were proposed. */
export function tableOf(contexts: readonly ContextAnswerWords[]): Table {
  const syntaxes = [...new Set(contexts.map((one) => one.transfer_syntax))];
  const found = new Map<string, Map<string, number | null>>();
  for (const one of contexts) {
    const row = found.get(one.sop_class_uid) ?? new Map<string, number | null>();
    row.set(one.transfer_syntax, one.result);
    found.set(one.sop_class_uid, row);
  }
  const rows = [...found].map(([classUid, row]) => ({ classUid, cells: syntaxes.map((syntax) => row.get(syntax)) }));
  return { syntaxes, rows };
}

/** What an answer means. */
export function answerWords(cell: Cell): string {
  if (cell === undefined) return "not asked";
  if (cell === null) return "no answer";
  return ANSWERS[cell] ?? `answer ${cell}, which the standard does not have`;
}

const ANSWERS: Readonly<Record<number, string>> = {
  0: "accepted",
  1: "refused by its user",
  2: "refused without a reason",
  3: "this class is not supported",
  4: "none of these syntaxes is supported",
};
