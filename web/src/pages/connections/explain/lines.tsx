/** The lines of a log, each in the colour of its layer; where something is said first, what it means and who changes what stands beside. */
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import type { ExplainedGroupWords, ExplainedLineWords, LogExplanation } from "@/api/words";
import { Sentence } from "../doctor/sentence";
import { familyOf, layerWords } from "./layers";
import styles from "./lines.module.css";
import { type FoldRow, foldWords, rowsOf } from "./rows";

interface Props {
  readonly told: LogExplanation;
  readonly passing: boolean;
  readonly only: number | undefined;
  readonly onFault: (identifier: string) => void;
}

export function Lines({ told, passing, only, onFault }: Props) {
  const rows = rowsOf(told, { passing, only });
  return (
    <ol className={styles.lines}>
      {rows.map((row) =>
        row.kind === "line" ? (
          <Line key={row.line.number} line={row.line} group={told.groups[row.line.group]} isFirst={row.isFirst} onFault={onFault} />
        ) : (
          <Fold key={`fold ${row.from}`} fold={row} told={told} only={only !== undefined} />
        ),
      )}
    </ol>
  );
}

interface LineProps {
  readonly line: ExplainedLineWords;
  readonly group: ExplainedGroupWords | undefined;
  readonly isFirst: boolean;
  readonly onFault?: (identifier: string) => void;
}

function Line({ line, group, isFirst, onFault }: LineProps) {
  if (!group) return null;
  return (
    <li className={styles.line} data-family={familyOf(group.layer)} data-first={isFirst || undefined}>
      <span className={styles.number}>{line.number}</span>
      {line.text ? (
        <code className={styles.text}>
          <bdi>{line.text}</bdi>
        </code>
      ) : (
        <span className={styles.hidden}>not shown in technician mode</span>
      )}
      {isFirst && (
        <div className={styles.meaning}>
          <p className={styles.layer}>
            {layerWords(group.layer)} <span>{group.product}</span>
          </p>
          <p>
            <Sentence text={line.cause} names={namesOf(group)} />
          </p>
          {group.status && (
            <p className={styles.status}>
              <bdi>{group.status}</bdi>
            </p>
          )}
          {group.remedy && (
            <p className={styles.remedy}>
              <Sentence text={group.remedy} names={namesOf(group)} />
            </p>
          )}
          {group.faults.length > 0 && onFault && (
            <p className={styles.faults}>
              {group.faults.map((identifier) => (
                <button key={identifier} type="button" onClick={() => onFault(identifier)} aria-label={`Fault ${identifier}`}>
                  {identifier}
                </button>
              ))}
            </p>
          )}
        </div>
      )}
    </li>
  );
}

function Fold({ fold, told, only }: { readonly fold: FoldRow; readonly told: LogExplanation; readonly only: boolean }) {
  const [open, setOpen] = useState(false);
  const words = foldWords(fold, only);
  if (fold.repeats.length === 0) {
    return <li className={styles.fold}>{words}</li>;
  }
  return (
    <>
      <li className={styles.fold}>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          <ChevronRight aria-hidden="true" />
          {words}
        </button>
      </li>
      {open && fold.repeats.map((line) => <Line key={line.number} line={line} group={told.groups[line.group]} isFirst={false} />)}
    </>
  );
}

function namesOf(group: ExplainedGroupWords): readonly string[] {
  return group.callers.flatMap(({ title, address }) => [title, address]).filter(Boolean);
}
