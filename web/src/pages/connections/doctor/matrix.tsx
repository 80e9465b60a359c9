/** Which classes the other side takes in which syntaxes, as a table that can be read at a glance. */
import { Check, X } from "lucide-react";
import type { ContextAnswerWords } from "@/api/words";
import styles from "./matrix.module.css";
import { answerWords, type Cell, tableOf } from "./table";

interface Props {
  readonly contexts: readonly ContextAnswerWords[];
  readonly names: Readonly<Record<string, string>>;
}

export function Matrix({ contexts, names }: Props) {
  const { syntaxes, rows } = tableOf(contexts);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <section className={styles.scrolling} tabIndex={0} aria-label="Classes and transfer syntaxes">
      <table className={styles.matrix}>
        <thead>
          <tr>
            <th scope="col">Class</th>
            {syntaxes.map((uid) => (
              <th key={uid} scope="col" title={`${names[uid] ?? uid} (${uid})`}>
                <span>{short(names[uid] ?? uid)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.classUid}>
              <th scope="row" title={row.classUid}>
                <bdi>{shortClass(names[row.classUid] ?? row.classUid)}</bdi>
              </th>
              {row.cells.map((cell, place) => (
                <td key={syntaxes[place]} title={answerWords(cell)}>
                  <Answer cell={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Answer({ cell }: { readonly cell: Cell }) {
  return (
    <>
      {cell === 0 ? <Check aria-hidden="true" /> : cell === undefined ? null : <X aria-hidden="true" />}
      <span className="visually-hidden">{answerWords(cell)}</span>
    </>
  );
}

/** A class without the words that all of its kind have. */
function shortClass(name: string): string {
  return name
    .replace(/ (SOP Class|Storage)$/, "")
    .replace(/ Query\/Retrieve Information Model - /, " ")
    .replace(/ Information Model - FIND$/, "");
}

/** A transfer syntax in a column's width. */
function short(name: string): string {
  return name
    .replace("High-Throughput JPEG 2000", "HTJ2K")
    .replace("Explicit VR Little Endian", "Explicit LE")
    .replace("Implicit VR Little Endian", "Implicit LE")
    .replace("Explicit VR Big Endian", "Explicit BE")
    .replace("Little Endian", "LE")
    .replace(/ Image Compression/, "")
    .replace(/ \(.*\)$/, "")
    .replace(/,.*$/, "");
}
