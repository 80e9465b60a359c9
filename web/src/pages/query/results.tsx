/**
 * The answers as a table of virtual rows: sorted, chosen by mouse or keys, each with what of it is in this archive.
 *
 * Up and down walk, space chooses, Shift extends, Enter opens what is here. A thousand rows cost those on the screen.
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "@/parts/button";
import { type Column, type Row, sorted } from "./answers";
import { COLUMNS, type Heading, NARROW_CLASS } from "./columns";
import type { Level } from "./question";
import styles from "./results.module.css";

const ROW_HEIGHT = 32;

interface Props {
  readonly level: Level;
  readonly rows: readonly Row[];
  readonly here: ReadonlyMap<string, number>;
  readonly sort: string;
  readonly onSort: (sort: string) => void;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
  readonly onOpen: (row: Row) => void;
  /** What stands below the last row. */
  readonly foot: ReactNode;
}

export function Results({ level, rows, here, sort, onSort, selected, onSelect, onOpen, foot }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const [anchor, setAnchor] = useState(0);
  const shown = sorted(rows, sort, here);
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const active = Math.min(at, shown.length - 1);

  const choose = (index: number, extend: boolean) => {
    const [from, to] = extend ? [Math.min(anchor, index), Math.max(anchor, index)] : [index, index];
    const keys = shown.slice(from, to + 1).map((row) => row.key);
    const next = new Set(selected);
    for (const key of keys) {
      if (extend || !selected.has(key)) next.add(key);
      else next.delete(key);
    }
    if (!extend) setAnchor(index);
    setAt(index);
    onSelect(next);
  };
  const walk = (index: number, extend: boolean) => {
    const next = Math.max(0, Math.min(shown.length - 1, index));
    setAt(next);
    virtual.scrollToIndex(next);
    if (extend) choose(next, true);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: shown.length - 1,
    };
    const row = shown[active];
    const to = steps[event.key];
    if (to !== undefined) walk(to, event.shiftKey);
    else if (event.key === " ") choose(active, event.shiftKey);
    else if (event.key === "Enter" && row) onOpen(row);
    else if (event.key === "a" && (event.ctrlKey || event.metaKey)) onSelect(new Set(shown.map((one) => one.key)));
    else if (event.key === "Escape" && selected.size) onSelect(new Set());
    else return;
    event.preventDefault();
  };
  const all = selected.size > 0 && selected.size === shown.length;
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows that are not on the screen do not exist, which a table element cannot say
    <div
      ref={scroller}
      role="grid"
      aria-label="Answers"
      aria-rowcount={shown.length + 1}
      aria-multiselectable
      aria-activedescendant={shown.length ? `answer-${active}` : undefined}
      tabIndex={0}
      className={`${styles.grid} ${styles[level]}`}
      onKeyDown={onKeyDown}
    >
      <Head
        headings={COLUMNS[level]}
        sort={sort}
        onSort={onSort}
        selected={all ? "all" : selected.size ? "some" : "none"}
        onSelectAll={() => onSelect(all ? new Set() : new Set(shown.map((row) => row.key)))}
      />
      {/* biome-ignore lint/a11y/useSemanticElements: rows of the grid above */}
      <div className={styles.rows} style={{ height: virtual.getTotalSize() }} role="rowgroup">
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = shown[index];
          if (!row) return null;
          return (
            <Line
              key={row.key}
              id={`answer-${index}`}
              index={index}
              start={start}
              row={row}
              headings={COLUMNS[level]}
              here={here}
              isActive={index === active}
              isSelected={selected.has(row.key)}
              onChoose={(event) => choose(index, event.shiftKey)}
              onOpen={() => onOpen(row)}
            />
          );
        })}
      </div>
      {foot}
    </div>
  );
}

interface HeadProps {
  readonly headings: readonly Heading[];
  readonly sort: string;
  readonly onSort: (sort: string) => void;
  readonly selected: "all" | "some" | "none";
  readonly onSelectAll: () => void;
}

function Head({ headings, sort, onSort, selected, onSelectAll }: HeadProps) {
  const falling = sort.startsWith("-");
  const by = falling ? sort.slice(1) : sort;
  const next = (column: Column) => onSort(by === column ? (falling ? column : `-${column}`) : column === "date" ? "-date" : column);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a row of the grid above
    // biome-ignore lint/a11y/useFocusableInteractive: its buttons have the focus
    <div role="row" aria-rowindex={1} className={styles.head}>
      {/* biome-ignore lint/a11y/useSemanticElements: a cell of the grid above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: its box has the focus */}
      <div role="columnheader" className={styles.cell}>
        <input
          type="checkbox"
          className={styles.box}
          aria-label="Choose all"
          checked={selected === "all"}
          ref={(box) => {
            if (box) box.indeterminate = selected === "some";
          }}
          onChange={onSelectAll}
        />
      </div>
      {headings.map(({ column, words, isNumber, narrow }) => (
        // biome-ignore lint/a11y/useSemanticElements: a cell of the grid above
        // biome-ignore lint/a11y/useFocusableInteractive: its button has the focus
        <div
          key={column}
          role="columnheader"
          aria-sort={by === column ? (falling ? "descending" : "ascending") : "none"}
          className={cellClass(isNumber, narrow)}
        >
          <button type="button" className={by === column ? styles.sorted : styles.sort} onClick={() => next(column)}>
            {words}
            {by === column && (falling ? <ArrowDown aria-hidden="true" /> : <ArrowUp aria-hidden="true" />)}
          </button>
        </div>
      ))}
    </div>
  );
}

const cellClass = (isNumber: boolean | undefined, narrow: string | undefined) =>
  [styles.cell, isNumber && styles.number, narrow && styles[NARROW_CLASS]].filter(Boolean).join(" ");

interface LineProps {
  readonly id: string;
  readonly index: number;
  readonly start: number;
  readonly row: Row;
  readonly headings: readonly Heading[];
  readonly here: ReadonlyMap<string, number>;
  readonly isActive: boolean;
  readonly isSelected: boolean;
  readonly onChoose: (event: MouseEvent) => void;
  readonly onOpen: () => void;
}

function Line({ id, index, start, row, headings, here, isActive, isSelected, onChoose, onOpen }: LineProps) {
  const names = [styles.row, isSelected && styles.selected, isActive && styles.active].filter(Boolean).join(" ");
  return (
    // biome-ignore lint/a11y/useSemanticElements: a row of the grid above
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus, and says which row is active
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the grid
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      className={names}
      style={{ transform: `translateY(${start}px)` }}
      onClick={onChoose}
      onDoubleClick={onOpen}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: a cell of the grid above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus */}
      <div role="gridcell" className={styles.cell}>
        <span className={isSelected ? styles.checked : styles.unchecked} aria-hidden="true" />
      </div>
      {headings.map(({ column, isNumber, narrow, cell }) => (
        // biome-ignore lint/a11y/useSemanticElements: a cell of the grid above
        // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus
        <div key={column} role="gridcell" className={cellClass(isNumber, narrow)}>
          {cell(row, here)}
        </div>
      ))}
    </div>
  );
}

interface WaitingProps {
  readonly level: Level;
  readonly node: string;
  readonly onCancel: () => void;
}

/** Rows of the final size, while a node is asked; whoever waits for long sees for how long, and can give up. */
export function Waiting({ level, node, onCancel }: WaitingProps) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((now) => now + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <div className={`${styles.grid} ${styles[level]}`} aria-busy="true">
      <div className={styles.head} />
      {Array.from({ length: 12 }, (_, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <div key={place} className={styles.waiting}>
          <span style={{ width: `${180 - ((place * 37) % 90)}px` }} />
          <span style={{ width: "80px" }} />
          <span style={{ width: "120px" }} />
          <span style={{ width: `${260 - ((place * 53) % 140)}px` }} />
        </div>
      ))}
      {seconds > 0 && (
        <p className={styles.asking} role="status">
          {node} is asked, {seconds} s.
          <Button small onClick={onCancel}>
            Cancel
          </Button>
        </p>
      )}
    </div>
  );
}
