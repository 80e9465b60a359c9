/**
 * The lines of an explained log as they are shown: each thing that it says where it is said first, and between them what says the
 * same again or nothing, folded to how many lines that are.
 */
import type { ExplainedLineWords, LogExplanation } from "@/api/words";
import { counted } from "@/base/text";

export interface LineRow {
  readonly kind: "line";
  readonly line: ExplainedLineWords;
  /** True where its group is told for the first time, so that cause and remedy stand beside it. */
  readonly isFirst: boolean;
}

export interface FoldRow {
  readonly kind: "fold";
  readonly from: number;
  readonly to: number;
  /** Lines in it that say again what was said before, those that are no fault, and those of no known kind. */
  readonly repeats: readonly ExplainedLineWords[];
  readonly passing: number;
  readonly unknown: number;
}

export type Row = LineRow | FoldRow;

export interface Wanted {
  /** Lines that tell of no fault are shown too. */
  readonly passing: boolean;
  /** Only what this group says, each of its lines. */
  readonly only?: number | undefined;
}

/** The rows in the order of the log. Lines beyond those that the answer holds are counted in the last fold. */
export function rowsOf(told: LogExplanation, wanted: Wanted): readonly Row[] {
  const rows: Row[] = [];
  const seen = new Set<number>();
  let fold: FoldRow | undefined;
  let before = 0;
  const hide = (to: number, more: Partial<Pick<FoldRow, "passing" | "unknown">> & { repeat?: ExplainedLineWords }) => {
    const last: FoldRow = fold ?? { kind: "fold", from: to, to, repeats: [], passing: 0, unknown: 0 };
    fold = {
      ...last,
      from: fold ? last.from : before + 1,
      to,
      repeats: more.repeat ? [...last.repeats, more.repeat] : last.repeats,
      passing: last.passing + (more.passing ?? 0),
      unknown: last.unknown + (more.unknown ?? 0),
    };
    before = to;
  };
  const show = (row: LineRow) => {
    if (fold) rows.push(fold);
    fold = undefined;
    rows.push(row);
    before = row.line.number;
  };
  for (const line of told.shown) {
    const group = told.groups[line.group];
    if (!group) continue;
    if (line.number > before + 1) hide(line.number - 1, { unknown: line.number - before - 1 });
    const isFirst = !seen.has(line.group);
    seen.add(line.group);
    const chosen = wanted.only === undefined ? isFirst && (group.is_fault || wanted.passing) : line.group === wanted.only;
    if (chosen) show({ kind: "line", line, isFirst });
    else if (wanted.only === undefined && (group.is_fault || wanted.passing)) hide(line.number, { repeat: line });
    else hide(line.number, { passing: 1 });
  }
  if (told.lines > before) hide(told.lines, { unknown: told.lines - before });
  if (fold) rows.push(fold);
  return rows;
}

/** A fold in words: "31 lines that say the same again, 4 of no known kind". */
export function foldWords(fold: FoldRow, only: boolean): string {
  const parts: string[] = [];
  if (fold.repeats.length > 0)
    parts.push(`${counted(fold.repeats.length, "line")} that ${fold.repeats.length === 1 ? "says" : "say"} it again`);
  if (fold.passing > 0)
    parts.push(
      only ? `${counted(fold.passing, "line")} that say other things` : `${counted(fold.passing, "line")} without a fault`,
    );
  if (fold.unknown > 0) parts.push(`${counted(fold.unknown, "line")} of no known kind`);
  return parts.join(", ");
}

/** "A, B and C". */
export function listed(names: readonly string[], joint: "and" | "or"): string {
  if (names.length < 2) return names[0] ?? "";
  return `${names.slice(0, -1).join(", ")} ${joint} ${names.at(-1)}`;
}
