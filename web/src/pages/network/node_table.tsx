/**
 * The nodes in the order of their list, two lines each: who, where, what it may, its last day, its last answer.
 *
 * One stop of the tab key: arrows choose, Enter edits, E asks, Delete forgets. Rows out of sight are not drawn.
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useRef } from "react";
import type { NodeState, NodeWords } from "@/api/words";
import { Lamp } from "@/parts/lamp";
import { Term } from "@/parts/term";
import { Bars } from "./bars";
import styles from "./node_table.module.css";
import { standing } from "./verdicts";

const ROW = 52;
const LETTERS = [
  ["echo", "E"],
  ["store", "S"],
  ["find", "F"],
  ["move", "M"],
  ["get", "G"],
] as const;

interface Props {
  readonly nodes: readonly NodeWords[];
  readonly states: ReadonlyMap<string, NodeState>;
  readonly asking: ReadonlySet<string>;
  readonly chosen: string;
  readonly now: Date;
  readonly onChoose: (name: string) => void;
  readonly onEdit: (name: string) => void;
  readonly onEcho: (name: string) => void;
  readonly onForget: (name: string) => void;
}

export function NodeTable(props: Props) {
  const { nodes, chosen, onChoose } = props;
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
  const go = (place: number) => {
    const node = nodes[Math.max(0, Math.min(nodes.length - 1, place))];
    if (node) onChoose(node.name);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowDown") go(at + 1);
    else if (event.key === "ArrowUp") go(at - 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(nodes.length - 1);
    else if (at < 0) return;
    else if (event.key === "Enter") props.onEdit(chosen);
    else if (event.key.toLowerCase() === "e") props.onEcho(chosen);
    else if (event.key === "Delete") props.onForget(chosen);
    else return;
    event.preventDefault();
  };
  return (
    <div className={styles.table}>
      <div className={`${styles.row} ${styles.head}`}>
        <span />
        <span>Node</span>
        <span>Address</span>
        <span>
          <Term word="Allowed" />
        </span>
        <span>Last 24 h</span>
        <span>Answer</span>
      </div>
      <div
        ref={scroller}
        className={styles.body}
        role="listbox"
        aria-label="Nodes"
        aria-activedescendant={at >= 0 ? `node-${at}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div style={{ height: rows.getTotalSize(), position: "relative" }} role="presentation">
          {rows.getVirtualItems().map(({ index, start }) => {
            const node = nodes[index];
            return node && <Row key={node.name} {...props} node={node} index={index} start={start} />;
          })}
        </div>
      </div>
    </div>
  );
}

function Row({
  node,
  index,
  start,
  states,
  asking,
  chosen,
  now,
  onChoose,
  onEdit,
}: Props & { node: NodeWords; index: number; start: number }) {
  const state = states.get(node.name);
  const isWeb = Boolean(node.dicomweb_url);
  const stands = standing(state, now, isWeb);
  const lamp = asking.has(node.name) ? "busy" : stands.lamp;
  const allowed = LETTERS.filter(([operation]) => node.operations?.includes(operation)).map(([operation]) => operation);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the list around it
    <div
      id={`node-${index}`}
      role="option"
      tabIndex={-1}
      aria-selected={node.name === chosen}
      aria-label={`${node.name}, ${isWeb ? "DICOMweb" : node.ae_title} at ${isWeb ? place(node) : node.host}, ${stands.first || "not asked yet"} ${stands.second}, may ${allowed.join(", ") || "nothing"}`}
      className={`${styles.row} ${styles.node}`}
      style={{ transform: `translateY(${start}px)` }}
      onClick={() => onChoose(node.name)}
      onDoubleClick={() => onEdit(node.name)}
    >
      <span>
        <Lamp state={lamp} />
      </span>
      <span>
        <bdi className={styles.first} title={node.name}>
          {node.name}
        </bdi>
        <bdi className="mono">{isWeb ? "DICOMweb" : node.ae_title}</bdi>
      </span>
      <span>
        <bdi className={`mono ${styles.first}`} title={place(node)}>
          {place(node)}
        </bdi>
        <bdi>{(node.notes ?? "").split("\n")[0]}</bdi>
      </span>
      <span className={styles.letters} aria-hidden="true">
        {LETTERS.map(([operation, letter]) => (
          <abbr key={operation} title={`C-${operation.toUpperCase()}`} data-allowed={node.operations?.includes(operation)}>
            {letter}
          </abbr>
        ))}
      </span>
      <span>{state && <Bars bars={state.bars} listens={state.verdict !== "not listening"} />}</span>
      <span className={styles[stands.tone]} title={state?.words || undefined}>
        <span className={styles.first}>
          {asking.has(node.name)
            ? "asking"
            : node.echo_minutes === 0 && state?.verdict === "unasked"
              ? "never asked"
              : stands.first}
        </span>
        <span className={state?.verdict === "changed" ? styles.warn : ""}>{stands.second}</span>
      </span>
    </div>
  );
}

/** An address with its port, as the other side's list would have it; a range has none. A DICOMweb node is where its URL says. */
export function place(node: NodeWords): string {
  if (node.dicomweb_url && URL.canParse(node.dicomweb_url)) return new URL(node.dicomweb_url).host;
  if (node.host.includes("/") || node.host.includes("*")) return node.host;
  return node.host.includes(":") ? `[${node.host}]:${node.port}` : `${node.host}:${node.port}`;
}
