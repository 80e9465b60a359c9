/**
 * The list itself: a hundred thousand rows of 32 pixels of which only those in sight exist, chosen by mouse and by keyboard.
 *
 * Rows, columns and the selection come in, what the hand does goes out. What arrives above never moves the row under the pointer: the
 * list scrolls by as much as the row would have moved.
 */
// biome-ignore-all lint/a11y/useSemanticElements: rows that are only there while they are seen make no table element
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the grid takes the keys for all its rows
// biome-ignore-all lint/a11y/useFocusableInteractive: the same
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp, Check, Minus } from "lucide-react";
import { type KeyboardEvent, type MouseEvent, type ReactNode, type RefObject, useEffect, useId, useRef, useState } from "react";
import type { StudySort, StudyWords } from "@/api/words";
import { count } from "@/base/text";
import { type Column, tracks } from "./columns";
import type { Rows } from "./rows";
import { ScrollThumb } from "./scroll_thumb";
import { extended, only, type Selection, toggled } from "./selection";
import { useSteadyRow } from "./steady_row";
import styles from "./table.module.css";

export const ROW = 32;

interface Props {
  readonly rows: Rows;
  readonly columns: readonly Column[];
  readonly isNarrow: boolean;
  readonly sort: StudySort;
  readonly descending: boolean;
  readonly selection: Selection;
  /** What takes the keys. */
  readonly grid: RefObject<HTMLDivElement | null>;
  readonly onSort: (sort: StudySort, descending: boolean) => void;
  readonly onSelect: (selection: Selection) => void;
  readonly onOpen: (study: StudyWords) => void;
  readonly onSeen: (first: number, last: number) => void;
  readonly onDelete: () => void;
  /** What stands in place of the rows where there are none. */
  readonly empty: ReactNode;
}

export function Table(props: Props) {
  const { rows, columns, isNarrow, selection, grid, onSelect, onOpen, onSeen, onDelete } = props;
  const [cursor, setCursor] = useState(0);
  const name = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.matching,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
  });
  const seen = virtual.getVirtualItems();
  const [first, last] = [seen[0]?.index ?? 0, seen.at(-1)?.index ?? 0];
  useEffect(() => onSeen(first, last), [onSeen, first, last]);
  const steady = useSteadyRow(rows, scroller, ROW);
  const height = Math.max(virtual.getTotalSize(), steady.height);
  const now = new Date();
  const tracked = { gridTemplateColumns: tracks(columns, isNarrow) };

  const go = (place: number, extend: boolean) => {
    const to = Math.max(0, Math.min(rows.matching - 1, place));
    const study = rows.at(to);
    setCursor(to);
    virtual.scrollToIndex(to);
    if (study) onSelect(extend ? extended(selection, to, rows.at) : only(study, to));
  };
  const onKey = (event: KeyboardEvent) => {
    // the buttons of the heading have keys of their own
    if (event.target instanceof HTMLButtonElement && (event.key === " " || event.key === "Enter")) return;
    const study = rows.at(cursor);
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW) - 1);
    const to = placeOf(event.key, cursor, page, rows.matching);
    if (event.altKey || event.metaKey || (event.ctrlKey && event.key !== "a")) return;
    if (to !== undefined) go(to, event.shiftKey);
    else if (event.key === " " && study) onSelect(toggled(selection, study, cursor));
    else if (event.key === "Enter" && study) onOpen(study);
    else if (event.key === "a" && event.ctrlKey) onSelect(everything(rows, selection));
    else if (event.key === "Escape") onSelect({ ...selection, studies: new Map(), current: "" });
    else if (event.key === "Delete" && selection.studies.size) onDelete();
    else return;
    event.preventDefault();
  };
  const onRow = (event: MouseEvent, study: StudyWords, place: number) => {
    setCursor(place);
    if (event.shiftKey) onSelect(extended(selection, place, rows.at));
    else onSelect(event.ctrlKey || event.metaKey ? toggled(selection, study, place) : only(study, place));
  };
  return (
    <div
      ref={grid}
      className={styles.table}
      role="grid"
      tabIndex={0}
      aria-label="Studies: arrows move, space adds, Enter opens"
      aria-rowcount={rows.matching + 1}
      aria-multiselectable="true"
      aria-activedescendant={rows.at(cursor) ? `${name}-${cursor}` : undefined}
      onKeyDown={onKey}
    >
      <Head {...props} style={tracked} />
      <div className={styles.frame}>
        <div
          ref={scroller}
          className={styles.scroller}
          role="presentation"
          onPointerMove={steady.onPointerMove}
          onPointerLeave={steady.onPointerLeave}
        >
          <div className={`${styles.whole} ${rows.isStale ? styles.stale : ""}`} style={{ height }} role="rowgroup">
            {(rows.isKnown ? seen : BLANKS).map((item) => {
              const study = rows.at(item.index);
              const isSelected = study !== undefined && selection.studies.has(study.study_instance_uid);
              const names = [styles.row, styles.body, isSelected && styles.selected, item.index === cursor && styles.cursor];
              return (
                <div
                  key={item.index}
                  id={`${name}-${item.index}`}
                  role="row"
                  tabIndex={-1}
                  aria-rowindex={item.index + 2}
                  aria-selected={isSelected}
                  data-uid={study?.study_instance_uid}
                  className={names.filter(Boolean).join(" ")}
                  style={{ ...tracked, transform: `translateY(${item.start}px)` }}
                  onClick={study && ((event) => onRow(event, study, item.index))}
                  onDoubleClick={study && (() => onOpen(study))}
                >
                  {study ? (
                    <Cells
                      study={study}
                      columns={columns}
                      rate={rows.arrivals.rate(study.study_instance_uid, now.getTime())}
                      now={now}
                      isNarrow={isNarrow}
                      isSelected={isSelected}
                      onToggle={() => onSelect(toggled(selection, study, item.index))}
                    />
                  ) : (
                    <Blank columns={columns} />
                  )}
                </div>
              );
            })}
          </div>
        </div>
        {rows.isKnown && rows.matching === 0 && !rows.isStale && <div className={styles.empty}>{props.empty}</div>}
        <ScrollThumb scroller={scroller} whole={height} />
      </div>
    </div>
  );
}

/** Before the first answer: blocks where rows will be. */
const BLANKS = Array.from({ length: 14 }, (_, index) => ({ index, start: index * ROW }));

function placeOf(key: string, from: number, page: number, many: number): number | undefined {
  const places: Readonly<Record<string, number>> = {
    ArrowDown: from + 1,
    ArrowUp: from - 1,
    PageDown: from + page,
    PageUp: from - page,
    Home: 0,
    End: many - 1,
  };
  return places[key];
}

/** All rows that are loaded. */
function everything(rows: Rows, selection: Selection): Selection {
  const studies = new Map([...rows.loaded.values()].map((study) => [study.study_instance_uid, study]));
  return { ...selection, studies, current: selection.current || ([...studies.keys()][0] ?? "") };
}

function Head({ rows, columns, sort, descending, selection, onSort, onSelect, style }: Props & { readonly style: object }) {
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

interface CellsProps {
  readonly study: StudyWords;
  readonly columns: readonly Column[];
  readonly rate: number | undefined;
  readonly now: Date;
  readonly isNarrow: boolean;
  readonly isSelected: boolean;
  readonly onToggle: () => void;
}

function Cells({ study, columns, rate, now, isNarrow, isSelected, onToggle }: CellsProps) {
  return (
    <>
      <span role="gridcell">
        <button
          type="button"
          role="checkbox"
          tabIndex={-1}
          aria-checked={isSelected}
          aria-label="Selected"
          className={`${styles.box} ${isSelected ? styles.checked : ""}`}
          onClick={(event) => {
            event.stopPropagation();
            onToggle();
          }}
          onDoubleClick={(event) => event.stopPropagation()}
        >
          {isSelected && <Check aria-hidden="true" />}
        </button>
      </span>
      {columns.map((column) => (
        <span key={column.id} role="gridcell" className={`${styles.cell} ${column.isNumber ? styles.number : ""}`}>
          {column.cell({ study, rate, now, isNarrow })}
        </span>
      ))}
    </>
  );
}

function Blank({ columns }: { readonly columns: readonly Column[] }) {
  return (
    <>
      <span />
      {columns.map((column) => (
        <span key={column.id} className={styles.cell}>
          <span className={styles.block} style={{ display: "block" }} />
        </span>
      ))}
    </>
  );
}
