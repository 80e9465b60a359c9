/**
 * A table of nodes, two lines each. One stop of the tab key: arrows choose, other keys are the table's own. Rows out of sight are not
 * drawn. What the columns are and how wide is for the table to say.
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import styles from "./node_rows.module.css";

const ROW = 52;

interface Props<One> {
  readonly label: string;
  readonly nodes: readonly One[];
  readonly chosen: string;
  readonly head: ReactNode;
  readonly cells: (one: One) => ReactNode;
  /** A row in words, for whoever does not see it. */
  readonly words: (one: One) => string;
  /** The table's own style sheet. */
  readonly own: Readonly<Partial<Record<"table" | "row" | "node", string>>>;
  readonly onChoose: (name: string) => void;
  readonly onOpen?: (name: string) => void;
  /** A key on the chosen row that does not choose another; false where it means nothing here. */
  readonly onKey?: (key: string) => boolean;
}

export function NodeRows<One extends { readonly name: string }>(props: Props<One>) {
  const { nodes, chosen, own, onChoose, onOpen, onKey } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: nodes.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
  });
  const at = nodes.findIndex((node) => node.name === chosen);
  useEffect(() => {
    if (at >= 0) rows.scrollToIndex(at);
  }, [at, rows]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const place = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: nodes.length - 1 }[event.key];
    if (place === undefined) {
      if (at >= 0 && onKey?.(event.key)) event.preventDefault();
      return;
    }
    event.preventDefault();
    const node = nodes[Math.max(0, Math.min(nodes.length - 1, place))];
    if (node) onChoose(node.name);
  };
  return (
    <div className={`${styles.table} ${own.table ?? ""}`}>
      <div className={`${styles.row} ${own.row} ${styles.head}`}>{props.head}</div>
      <div
        ref={scroller}
        className={styles.body}
        role="listbox"
        aria-label={props.label}
        aria-activedescendant={at >= 0 ? `node-${at}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div style={{ height: rows.getTotalSize(), position: "relative" }} role="presentation">
          {rows.getVirtualItems().map(({ index, start }) => {
            const node = nodes[index];
            return (
              node && (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the list around it
                <div
                  key={node.name}
                  id={`node-${index}`}
                  role="option"
                  tabIndex={-1}
                  aria-selected={node.name === chosen}
                  aria-label={props.words(node)}
                  className={`${styles.row} ${own.row} ${styles.node} ${own.node}`}
                  style={{ transform: `translateY(${start}px)` }}
                  onClick={() => onChoose(node.name)}
                  onDoubleClick={() => onOpen?.(node.name)}
                >
                  {props.cells(node)}
                </div>
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}
