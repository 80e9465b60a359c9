/**
 * The nodes in the order of their list, two lines each: who, where, what it may, its last day, its last answer.
 * Enter edits, E asks, Delete forgets.
 */
import type { NodeState, NodeWords } from "@/api/words";
import { Lamp } from "@/parts/lamp";
import { Term } from "@/parts/term";
import { Bars } from "./bars";
import { NodeRows } from "./node_rows";
import styles from "./node_table.module.css";
import { standing } from "./verdicts";

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
  const { chosen, onEdit, onEcho, onForget } = props;
  const onKey = (key: string) => {
    if (key === "Enter") onEdit(chosen);
    else if (key.toLowerCase() === "e") onEcho(chosen);
    else if (key === "Delete") onForget(chosen);
    else return false;
    return true;
  };
  return (
    <NodeRows
      label="Nodes"
      nodes={props.nodes}
      chosen={chosen}
      own={styles}
      head={
        <>
          <span />
          <span>Node</span>
          <span>Address</span>
          <span>
            <Term word="Allowed" />
          </span>
          <span>Last 24 h</span>
          <span>Answer</span>
        </>
      }
      words={(node) => inWords(node, props)}
      cells={(node) => <Cells {...props} node={node} />}
      onChoose={props.onChoose}
      onOpen={onEdit}
      onKey={onKey}
    />
  );
}

function inWords(node: NodeWords, { states, now }: Props): string {
  const isWeb = Boolean(node.dicomweb_url);
  const stands = standing(states.get(node.name), now, isWeb);
  const allowed = LETTERS.filter(([operation]) => node.operations?.includes(operation)).map(([operation]) => operation);
  return `${node.name}, ${isWeb ? "DICOMweb" : node.ae_title} at ${isWeb ? place(node) : node.host}, ${stands.first || "not asked yet"} ${stands.second}, may ${allowed.join(", ") || "nothing"}`;
}

function Cells({ node, states, asking, now }: Props & { node: NodeWords }) {
  const state = states.get(node.name);
  const isWeb = Boolean(node.dicomweb_url);
  const stands = standing(state, now, isWeb);
  const lamp = asking.has(node.name) ? "busy" : stands.lamp;
  return (
    <>
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
    </>
  );
}

/** An address with its port, as the other side's list would have it; a range has none. A DICOMweb node is where its URL says. */
export function place(node: NodeWords): string {
  if (node.dicomweb_url && URL.canParse(node.dicomweb_url)) return new URL(node.dicomweb_url).host;
  if (node.host.includes("/") || node.host.includes("*")) return node.host;
  return node.host.includes(":") ? `[${node.host}]:${node.port}` : `${node.host}:${node.port}`;
}
