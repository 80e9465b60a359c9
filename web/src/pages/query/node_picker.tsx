/** Whom to ask: the nodes that can be called, each with a lamp that says whether it answers just now. */
import { Menu } from "@mantine/core";
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import type { EchoWords, NodeWords } from "@/api/words";
import { count } from "@/base/text";
import { Lamp, type LampState } from "@/parts/lamp";
import styles from "./node_picker.module.css";
import { useEcho } from "./search";

interface Props {
  readonly nodes: readonly NodeWords[];
  readonly chosen: NodeWords | undefined;
  readonly onChoose: (name: string) => void;
}

export function NodePicker({ nodes, chosen, onChoose }: Props) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Menu opened={isOpen} onChange={setOpen} position="bottom-start" offset={4} width={320}>
      <Menu.Target>
        <button type="button" className={styles.picker} aria-label={chosen ? `Node ${chosen.name}` : "Choose a node"}>
          {chosen ? <NodeLine node={chosen} isAsked /> : <span className={styles.none}>Choose a node</span>}
          <ChevronDown aria-hidden="true" />
        </button>
      </Menu.Target>
      <Menu.Dropdown className={styles.list}>
        {nodes.map((node) => (
          <Menu.Item key={node.name} onClick={() => onChoose(node.name)} aria-current={node.name === chosen?.name}>
            <NodeLine node={node} isAsked={isOpen} />
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function NodeLine({ node, isAsked }: { readonly node: NodeWords; readonly isAsked: boolean }) {
  const echo = useEcho(node.name, isAsked);
  const lamp: LampState = echo.isFetching ? "busy" : echo.data ? lampOf(echo.data) : echo.isError ? "bad" : "unknown";
  return (
    <span className={styles.line}>
      <Lamp state={lamp} />
      <bdi className={styles.name}>{node.name}</bdi>
      <bdi className={styles.title}>{node.ae_title}</bdi>
      <span className={styles.time}>{words(echo.data, lamp)}</span>
    </span>
  );
}

const lampOf = (echo: EchoWords): LampState =>
  echo.outcome === "answered" ? "good" : echo.outcome === "failed" ? "partly" : "bad";

function words(echo: EchoWords | undefined, lamp: LampState): string {
  if (echo?.outcome === "answered") return `${count(Math.max(1, Math.round(echo.milliseconds)))} ms`;
  return lamp === "busy" ? "is asked" : lamp === "unknown" ? "not asked" : lamp === "partly" ? "answers oddly" : "does not answer";
}
