/** The chosen pair in words: both ways, when and from what it is known, and what can be asked. */
import { useState } from "react";
import { useNavigate } from "react-router";
import { canBeCalled } from "@/api/nodes";
import type { FactWords, NodeWords, OtherListWords } from "@/api/words";
import { ago, counted } from "@/base/text";
import { Button } from "@/parts/button";
import { Fault } from "@/parts/fault";
import frame from "../frame.module.css";
import { useNow } from "../neighbourhood";
import styles from "./company.module.css";
import { type Company, known, named, sentence } from "./knowing";
import { Shape } from "./matrix";

interface Props {
  readonly pair: readonly [string, string];
  readonly company: Company;
  readonly nodes: readonly NodeWords[];
  readonly lists: readonly OtherListWords[];
  readonly onChoose: (of: string, to: string) => void;
  readonly ask: (path: "list" | "echo", node: string, entry?: string) => Promise<void>;
}

export function Pair(props: Props) {
  const { pair, company, nodes, onChoose } = props;
  const now = useNow();
  const [of, to] = pair;
  const broken = company.oneSided();
  const navigate = useNavigate();
  const node = nodes.find((one) => one.name === (of || to));
  return (
    <aside className={`${frame.side} ${styles.pair}`} aria-label="The chosen pair">
      {of !== to && (
        <>
          <Way fact={company.between(of, to)} of={of} to={to} now={now} />
          <Way fact={company.between(to, of)} of={to} to={of} now={now} />
        </>
      )}
      {of === to && <p className={styles.same}>Choose a cell: its row knows, its column is known.</p>}
      {of !== to && (of === "" || to === "") && node && canBeCalled(node) && (
        <div className={styles.actions}>
          <Button small onClick={() => navigate(`/connections?node=${encodeURIComponent(node.name)}`)}>
            Run the doctor
          </Button>
        </div>
      )}
      {[of, to]
        .filter((name, place, all) => name !== "" && all.indexOf(name) === place)
        .map((name) => {
          const one = nodes.find((other) => other.name === name);
          return one && canBeCalled(one) && <OwnList key={name} {...props} node={one} now={now} />;
        })}
      {broken.length > 0 && (
        <section className={styles.broken}>
          <h2>One-sided</h2>
          <ul>
            {broken.map((fact) => (
              <li key={`${fact.of}\n${fact.to}`}>
                <button type="button" onClick={() => onChoose(fact.of, fact.to)} data-chosen={fact.of === of && fact.to === to}>
                  <Shape knowing={fact.knowing} isOneSided={fact.one_sided} />
                  <span>
                    {fact.to && (
                      <>
                        <bdi>{fact.to}</bdi>:{" "}
                      </>
                    )}
                    <bdi>{sentence(fact)}</bdi>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </aside>
  );
}

function Way({ fact, of, to, now }: { fact: FactWords | undefined; of: string; to: string; now: Date }) {
  return (
    <section className={styles.way}>
      <h2>
        <bdi>{named(of)}</bdi> <span aria-hidden="true">→</span>
        <span className="visually-hidden"> to </span> <bdi>{named(to)}</bdi>
      </h2>
      {fact ? (
        <>
          <p>
            <Shape knowing={fact.knowing} isOneSided={fact.one_sided} /> <bdi>{sentence(fact)}.</bdi>
          </p>
          <p className={styles.source}>Known {known(fact, now)}.</p>
        </>
      ) : (
        <p>
          <i>·</i> {of ? unknown(to) : "Not known."}
        </p>
      )}
    </section>
  );
}

function unknown(to: string): string {
  return to
    ? "Not known: only its own list would tell."
    : "Not known: it has not called, and no test has come back from it. The doctor's C-MOVE tells.";
}

/** An archive that tells whom it knows: an Orthanc does, over its REST interface. */
function OwnList({ node, lists, now, ask, onChoose }: Props & { readonly node: NodeWords; readonly now: Date }) {
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState("");
  const list = lists.find((one) => one.node === node.name);
  const run = async (what: string, path: "list" | "echo", entry?: string) => {
    setBusy(what);
    setError(undefined);
    try {
      await ask(path, node.name, entry);
    } catch (found) {
      setError(found);
    } finally {
      setBusy("");
    }
  };
  return (
    <section className={styles.list} aria-label={`Its own list, ${node.name}`}>
      <h2>
        Its own list, <bdi>{node.name}</bdi>
      </h2>
      <p>
        {list
          ? `${counted(list.entries.length, "entry", "entries")}, asked ${ago(new Date(list.moment), now)}.`
          : "An Orthanc tells over its REST interface whom it knows. It is only read."}
      </p>
      {list && list.entries.length > 0 && (
        <ul>
          {list.entries.map((entry) => (
            <li key={entry.name}>
              {entry.reached === null ? <i>·</i> : <Shape knowing={entry.reached ? "works" : "fails"} />}
              <span>
                <bdi className="mono">{entry.ae_title}</bdi>
                <bdi className="mono">
                  {entry.host}:{entry.port}
                </bdi>
              </span>
              {entry.node !== null && (
                <Button
                  small
                  kind="quiet"
                  onClick={() => onChoose(node.name, entry.node ?? "")}
                  aria-label={`Show ${named(entry.node)}`}
                >
                  {entry.node === "" ? "us" : "ours"}
                </Button>
              )}
              <Button
                small
                disabled={busy !== ""}
                onClick={() => void run(entry.name, "echo", entry.name)}
                title={`Have ${node.name} call ${entry.ae_title} by C-ECHO`}
              >
                {busy === entry.name ? "calling" : "Have it echo"}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {error !== undefined && <Fault tried="It was not told" error={error} />}
      <Button small disabled={busy !== ""} onClick={() => void run("list", "list")}>
        {busy === "list" ? "asking" : list ? "Ask again" : "Ask it for its list"}
      </Button>
    </section>
  );
}
