/** Presentation contexts as they are read: one row a class, with the syntaxes that were agreed on; what was refused comes first. */
import type { ContextWords } from "@/api/words";

export interface ContextRow {
  readonly abstractSyntax: string;
  readonly name: string;
  /** Agreed on, each once. */
  readonly syntaxes: readonly string[];
  /** How many contexts of it were refused. */
  readonly refused: number;
}

export function contextRows(contexts: readonly ContextWords[]): readonly ContextRow[] {
  const rows = new Map<string, { name: string; syntaxes: Set<string>; refused: number }>();
  for (const one of contexts) {
    const row = rows.get(one.abstract_syntax) ?? { name: one.name, syntaxes: new Set<string>(), refused: 0 };
    if (one.transfer_syntax) row.syntaxes.add(one.transfer_syntax_name);
    else row.refused += 1;
    rows.set(one.abstract_syntax, row);
  }
  const all = [...rows].map(([abstractSyntax, row]) => ({ abstractSyntax, ...row, syntaxes: [...row.syntaxes] }));
  return [...all.filter(isRefused), ...all.filter((row) => !isRefused(row))];
}

/** Nothing of that class can be sent. */
export function isRefused(row: ContextRow): boolean {
  return row.syntaxes.length === 0;
}
