/** Who is examined: the node with its lamp, its title and address, and as what it is tested. */
import { Menu } from "@mantine/core";
import { ChevronDown } from "lucide-react";
import type { NodeWords } from "@/api/words";
import { Button } from "@/parts/button";
import { Lamp, type LampState } from "@/parts/lamp";
import { ROLES, type Role } from "./layers";
import styles from "./patient.module.css";

interface Props {
  readonly nodes: readonly NodeWords[];
  readonly node: NodeWords;
  readonly role: Role;
  readonly product: string;
  readonly lamp: LampState;
  readonly onNode: (name: string) => void;
  readonly onRole: (role: Role) => void;
}

const ROLE_WORDS: Readonly<Record<Role, string>> = {
  archive: "stores, is searched, sends back",
  modality: "a scanner: only C-ECHO, it sends to us",
  workstation: "takes images",
  printer: "its status, prints nothing",
};

export function Patient({ nodes, node, role, product, lamp, onNode, onRole }: Props) {
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
        <Menu position="bottom-end">
          <Menu.Target>
            <Button small>
              tested as {role}
              <ChevronDown aria-hidden="true" />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {ROLES.map((one) => (
              <Menu.Item key={one} onClick={() => onRole(one)} aria-current={one === role}>
                <span className={styles.option}>
                  {one} <small>{ROLE_WORDS[one]}</small>
                </span>
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
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
