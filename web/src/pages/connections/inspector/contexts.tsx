/** The presentation contexts below their answer: what was proposed, in which encoding, and what became of it. */
import { Check, Square } from "lucide-react";
import type { ContextLineWords } from "@/api/words";
import { count } from "@/base/text";
import styles from "./ladder.module.css";
import { notable } from "./words";

interface Props {
  readonly lines: readonly ContextLineWords[];
  readonly all: boolean;
  readonly onAll: () => void;
}

export function Contexts({ lines, all, onAll }: Props) {
  const shown = all ? lines : notable(lines);
  const left = lines.length - shown.length;
  return (
    <div className={styles.contexts}>
      <table aria-label="Presentation contexts">
        <colgroup>
          <col className={styles.id} />
          <col />
          <col className={styles.syntax} />
          <col className={styles.answer} />
        </colgroup>
        <tbody>
          {shown.map((line) => (
            <tr key={line.id}>
              <td>{line.id}</td>
              <td title={line.abstract_syntax}>{line.name.replace(/ Storage$/, "")}</td>
              <td title={line.proposed.join(", ")}>{line.transfer_syntax || line.proposed[0]}</td>
              <td>
                {line.result === 0 ? <Check className={styles.accepted} /> : <Square className={styles.refused} />}
                {line.words}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {(left > 0 || (all && lines.length > notable(lines).length)) && (
        <button type="button" onClick={onAll} aria-expanded={all}>
          {all
            ? "Only those that matter"
            : `${count(left)} more, ${lines.some((line) => line.messages > 0) ? "not used" : "alike"}`}
        </button>
      )}
    </div>
  );
}
