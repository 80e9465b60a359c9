/**
 * Setup sheets: for a pair of devices what to enter on both sides, in both products' own words; to copy, to print, to carry there by
 * telephone. The pair is in the address: `node`, `product`, `other`, `other_product`, and `seen` for the address of this device.
 */
import { FileText } from "lucide-react";
import { withParameters } from "@/api/http";
import { canBeCalled, useNodes } from "@/api/nodes";
import type { NodeWords } from "@/api/words";
import { DocumentLink } from "@/parts/button";
import { EmptyState } from "@/parts/empty_state";
import { Fault } from "@/parts/fault";
import { useParameters } from "@/parts/use_parameters";
import { ConnectionsBar } from "../bar";
import frame from "../frame.module.css";
import { UnknownNode } from "../unknown_node";
import { type Pair, questionOf } from "./pair";
import { PairBar } from "./pair_bar";
import { Sides } from "./sides";
import { Site } from "./site";
import styles from "./tab.module.css";
import { useSheet } from "./use_sheet";

const NONE: readonly NodeWords[] = [];

export default function SheetsTab() {
  const nodes = useNodes();
  const list = (nodes.data ?? NONE).filter(canBeCalled);
  const { pair, set } = usePair();
  const node = pair.node ? list.find((one) => one.name === pair.node) : list[0];
  return (
    <>
      <ConnectionsBar />
      {nodes.error && <Fault tried="The nodes could not be listed" error={nodes.error} again={() => void nodes.refetch()} />}
      {nodes.data && !node && pair.node && <UnknownNode name={pair.node} to="/connections?view=sheets" />}
      {nodes.data && !node && !pair.node && (
        <EmptyState title="No node is known yet">
          <p>A sheet says what to enter on both sides of a connection. Enter the other device first: Add a device.</p>
        </EmptyState>
      )}
      {node && (
        <div className={`${frame.page} ${styles.page}`}>
          <Nodes
            nodes={list}
            chosen={node}
            onChoose={(name) => set({ node: name, product: "", other: "", other_product: "", seen: "" })}
          />
          <Shown key={node.name} nodes={list} pair={{ ...pair, node: node.name }} set={set} />
        </div>
      )}
    </>
  );
}

interface NodesProps {
  readonly nodes: readonly NodeWords[];
  readonly chosen: NodeWords;
  readonly onChoose: (name: string) => void;
}

function Nodes({ nodes, chosen, onChoose }: NodesProps) {
  return (
    <section className={frame.side} aria-label="Devices with a setup sheet">
      <ul className={`${frame.choices} ${frame.list} ${styles.list}`}>
        {nodes.map((node) => (
          <li key={node.name}>
            <button type="button" aria-current={node === chosen ? "true" : undefined} onClick={() => onChoose(node.name)}>
              <b>
                <bdi>{node.name}</bdi>
              </b>
              <small className="mono">
                {node.ae_title} {node.host}:{node.port}
              </small>
            </button>
          </li>
        ))}
      </ul>
      <footer className={`${frame.foot} ${styles.foot}`}>
        <DocumentLink href={withParameters("/api/setup-sheets/document", { form: "pdf" })} icon={<FileText aria-hidden="true" />}>
          PDF of all {nodes.length}
        </DocumentLink>
        <DocumentLink href={withParameters("/api/setup-sheets/document", { form: "html" })}>HTML</DocumentLink>
      </footer>
    </section>
  );
}

interface ShownProps {
  readonly nodes: readonly NodeWords[];
  readonly pair: Pair;
  readonly set: (parts: Partial<Pair>) => void;
}

function Shown({ nodes, pair, set }: ShownProps) {
  const sheet = useSheet(questionOf(pair));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <section className={`${frame.main} ${frame.padded}`} aria-label="Setup sheet" tabIndex={0}>
      <PairBar nodes={nodes} pair={pair} sheet={sheet.data} set={set} />
      {sheet.error ? (
        <Fault tried="The setup sheet could not be made" error={sheet.error} again={() => void sheet.refetch()} />
      ) : (
        sheet.data && <Sides sheet={sheet.data} />
      )}
      <Site />
    </section>
  );
}

function usePair() {
  const { place, set } = useParameters();
  const word = (name: string) => place.get(name) ?? "";
  const pair: Pair = {
    node: word("node"),
    product: word("product"),
    other: word("other"),
    other_product: word("other_product"),
    seen: word("seen"),
  };
  return { pair, set: (parts: Partial<Pair>) => set(parts) };
}
