/** The heading of the list: what is sorted by and which way, and one box for all rows that are loaded. */
// biome-ignore-all lint/a11y/useSemanticElements: rows that are only there while they are seen make no table element
// biome-ignore-all lint/a11y/useFocusableInteractive: the buttons in its cells are
import { ArrowDown, ArrowUp, Check, Minus } from "lucide-react";
import type { CSSProperties } from "react";
import type { StudySort } from "@/api/words";
import { count } from "@/base/text";
import type { Column } from "./columns";
import type { Rows } from "./rows";
import type { Selection } from "./selection";
import styles from "./table.module.css";
import { everything } from "./table_hand";

interface Props {
  readonly rows: Rows;
  readonly columns: readonly Column[];
  readonly sort: StudySort;
  readonly descending: boolean;
  readonly selection: Selection;
  readonly style: CSSProperties;
  readonly onSort: (sort: StudySort, descending: boolean) => void;
  readonly onSelect: (selection: Selection) => void;
}

export function Head({ rows, columns, sort, descending, selection, onSort, onSelect, style }: Props) {
  const isAll = selection.studies.size > 0 && selection.studies.size >= rows.matching;
  const isSome = selection.studies.size > 0;
  return (
    <div role="row" aria-rowindex={1} className={`${styles.row} ${styles.head}`} style={style}>
      <span role="columnheader">
        <button
          type="button"
          role="checkbox"
          aria-checked={isAll ? true : isSome ? "mixed" : false}
          aria-label={isSome ? `${count(selection.studies.size)} selected: select none` : "Select the studies that are loaded"}
          className={[styles.box, isAll ? styles.checked : isSome && styles.partly].filter(Boolean).join(" ")}
          onClick={() => onSelect(isSome ? { ...selection, studies: new Map(), current: "" } : everything(rows, selection))}
        >
          {isAll ? <Check aria-hidden="true" /> : isSome && <Minus aria-hidden="true" />}
        </button>
      </span>
      {columns.map((column) => {
        const isSorted = column.sort === sort;
        const Arrow = descending ? ArrowDown : ArrowUp;
        return (
          <span
            key={column.id}
            role="columnheader"
            aria-sort={isSorted ? (descending ? "descending" : "ascending") : undefined}
            className={`${styles.cell} ${column.isNumber ? styles.number : ""}`}
          >
            {column.sort ? (
              <button
                type="button"
                className={`${styles.title} ${isSorted ? styles.sorted : ""}`}
                onClick={() => column.sort && onSort(column.sort, isSorted ? !descending : column.falling === true)}
              >
                {column.title}
                {isSorted && <Arrow aria-hidden="true" />}
              </button>
            ) : (
              <span className={styles.plain}>{column.title}</span>
            )}
          </span>
        );
      })}
    </div>
  );
}
