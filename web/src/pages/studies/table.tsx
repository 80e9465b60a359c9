/**
 * The list itself: a hundred thousand rows of 32 pixels of which only those in sight exist, chosen by mouse and by keyboard.
 *
 * Rows, columns and the selection come in, what the hand does goes out. What arrives above never moves the row under the pointer: the
 * list scrolls by as much as the row would have moved.
 */
// biome-ignore-all lint/a11y/useSemanticElements: rows that are only there while they are seen make no table element
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, type RefObject, useEffect, useId, useRef } from "react";
import type { StudySort, StudyWords } from "@/api/words";
import { type Column, tracks } from "./columns";
import { useKeptPlace } from "./kept_place";
import type { Rows } from "./rows";
import { ScrollThumb } from "./scroll_thumb";
import type { Selection } from "./selection";
import { useSteadyRow } from "./steady_row";
import styles from "./table.module.css";
import { useHand } from "./table_hand";
import { Head } from "./table_head";
import { TableRow } from "./table_row";

const ROW = 32;

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

/** Before the first answer: blocks where rows will be. */
const BLANKS = Array.from({ length: 14 }, (_, index) => ({ index, start: index * ROW }));

export function Table(props: Props) {
  const { rows, columns, isNarrow, selection, grid, onOpen, onSeen } = props;
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
  useKeptPlace(rows, scroller);
  const page = () => Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW) - 1);
  const hand = useHand({ ...props, page, scrollTo: (place) => virtual.scrollToIndex(place) });
  const height = Math.max(virtual.getTotalSize(), steady.height);
  const now = new Date();
  const tracked = { gridTemplateColumns: tracks(columns, isNarrow) };
  const isEmpty = rows.isKnown && rows.matching === 0 && !rows.isStale;
  return (
    <div
      ref={grid}
      className={styles.table}
      role="grid"
      tabIndex={0}
      aria-label="Studies: arrows move, space adds, Enter opens"
      aria-rowcount={rows.matching + 1}
      aria-multiselectable="true"
      aria-activedescendant={rows.at(hand.cursor) ? `${name}-${hand.cursor}` : undefined}
      onKeyDown={hand.onKey}
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
            {(rows.isKnown ? seen : BLANKS).map(({ index, start }) => {
              const study = rows.at(index);
              const uid = study?.study_instance_uid ?? "";
              return (
                <TableRow
                  key={index}
                  id={`${name}-${index}`}
                  place={index}
                  study={study}
                  columns={columns}
                  rate={rows.arrivals.rate(uid, now.getTime())}
                  now={now}
                  isNarrow={isNarrow}
                  isSelected={selection.studies.has(uid)}
                  isCursor={index === hand.cursor}
                  style={{ ...tracked, transform: `translateY(${start}px)` }}
                  onRow={hand.onRow}
                  onBox={hand.onBox}
                  onOpen={onOpen}
                />
              );
            })}
          </div>
        </div>
        {isEmpty && <div className={styles.empty}>{props.empty}</div>}
        <ScrollThumb scroller={scroller} whole={height} />
      </div>
    </div>
  );
}
