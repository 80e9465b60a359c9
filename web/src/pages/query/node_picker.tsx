/** Whom to ask: the nodes that can be called, each with a lamp that says how it stood when it was asked last. */
import { Menu } from "@mantine/core";
import { ChevronDown } from "lucide-react";
import type { NodeState, NodeWords } from "@/api/words";
import { Lamp, type LampState } from "@/parts/lamp";
import styles from "./node_picker.module.css";
import { useNodeStates } from "./search";

interface Props {
  readonly nodes: readonly NodeWords[];
  readonly chosen: NodeWords | undefined;
  readonly onChoose: (name: string) => void;
}

export function NodePicker({ nodes, chosen, onChoose }: Props) {
  const states = useNodeStates(chosen?.name ?? "");
  const stateOf = (node: NodeWords) => states.find((state) => state.name === node.name);
  return (
    <Menu position="bottom-start" offset={4} width={320}>
      <Menu.Target>
        <button type="button" className={styles.picker} aria-label={chosen ? `Node ${chosen.name}` : "Choose a node"}>
          {chosen ? <NodeLine node={chosen} state={stateOf(chosen)} /> : <span className={styles.none}>Choose a node</span>}
          <ChevronDown aria-hidden="true" />
        </button>
      </Menu.Target>
      <Menu.Dropdown className={styles.list}>
        {nodes.length === 0 && <Menu.Label>No node that can be called is known yet.</Menu.Label>}
        {nodes.map((node) => (
          <Menu.Item key={node.name} onClick={() => onChoose(node.name)} aria-current={node.name === chosen?.name}>
            <NodeLine node={node} state={stateOf(node)} />
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function NodeLine({ node, state }: { readonly node: NodeWords; readonly state: NodeState | undefined }) {
  return (
    <span className={styles.line}>
      <Lamp state={lampOf(state)} />
      <bdi className={styles.name}>{node.name}</bdi>
      <bdi className={styles.title}>{node.ae_title}</bdi>
      <span className={styles.time}>{wordsOf(state)}</span>
    </span>
  );
}

function lampOf(state: NodeState | undefined): LampState {
  if (!state || state.is_busy) return state ? "busy" : "unknown";
  if (state.verdict === "answers") return "good";
  if (state.verdict === "changed" || state.verdict === "no echo") return "partly";
  return state.verdict === "unasked" || state.verdict === "only calls" ? "unknown" : "bad";
}

/** "2 ms", or in words what is the matter. */
function wordsOf(state: NodeState | undefined): string {
  const lamp = lampOf(state);
  if (lamp === "unknown") return "not asked";
  if (lamp === "busy" && state?.asked === null) return "is asked";
  if (state?.milliseconds != null && lamp !== "bad") return `${Math.max(1, Math.round(state.milliseconds))} ms`;
  return lamp === "bad" ? "does not answer" : (state?.verdict ?? "");
}
