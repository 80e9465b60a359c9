/** Who is examined: the node with its lamp, its title and address; another one can be chosen. */
import { Menu } from "@mantine/core";
import { ChevronDown } from "lucide-react";
import type { ReactNode } from "react";
import type { NodeWords } from "@/api/words";
import { Lamp, type LampState } from "@/parts/lamp";
import styles from "./patient.module.css";

interface Props {
  readonly nodes: readonly NodeWords[];
  readonly node: NodeWords;
  readonly product: string;
  readonly lamp: LampState;
  readonly onNode: (name: string) => void;
  /** As what it is tested. */
  readonly children: ReactNode;
}

export function Patient({ nodes, node, product, lamp, onNode, children }: Props) {
  return (
    <header className={styles.patient}>
      <div className={styles.first}>
        <Lamp state={lamp} />
        <Menu position="bottom-start" width={300}>
          <Menu.Target>
            <button type="button" className={styles.node} aria-label={`Node ${node.name}, choose another`}>
              <bdi>{node.name}</bdi>
              <ChevronDown aria-hidden="true" />
            </button>
          </Menu.Target>
          <Menu.Dropdown className={styles.list}>
            {nodes.map((one) => (
              <Menu.Item key={one.name} onClick={() => onNode(one.name)} aria-current={one.name === node.name}>
                <span className={styles.option}>
                  <bdi>{one.name}</bdi>
                  <bdi className="mono">{one.ae_title}</bdi>
                </span>
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        {children}
      </div>
      <p className={styles.second}>
        <bdi className="mono">
          {node.ae_title} {node.host}:{node.port}
        </bdi>
        {product && <span>product {product}</span>}
      </p>
    </header>
  );
}
