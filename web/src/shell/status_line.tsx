/** The slim line at the bottom, always true: who we are, where, what is free, what arrives, who may do what. */

import { useConnected } from "@/api/live";
import { useNeighbours } from "@/api/neighbours";
import { type Status, useStatus } from "@/api/status";
import { byteCount, counted } from "@/base/text";
import { Lamp } from "@/parts/lamp";
import styles from "./status_line.module.css";

export function StatusLine() {
  const status = useStatus();
  const connected = useConnected();
  return (
    <footer className={styles.line} role="status" aria-label="State of the archive">
      {connected ? status && <Standing status={status} /> : <Lost />}
    </footer>
  );
}

function Lost() {
  return (
    <span className={styles.bad}>
      <Lamp state="bad" /> The archive does not answer. It may have been stopped; this page goes on by itself when it is back.
    </span>
  );
}

/** Who may do what, as short as a line needs; the whole sentence is its tip. */
const POLICIES: Readonly<Record<string, string>> = {
  loopback: "loopback trusted, others may only C-ECHO",
  strict: "known nodes only",
  open: "everybody may come in",
};

function Standing({ status }: { readonly status: Status }) {
  const [policy = ""] = status.policy.split(":");
  return (
    <>
      <strong className="mono">{status.aet}</strong>
      <span className="mono">
        {status.addresses[0] ?? "127.0.0.1"}:{status.port}
      </span>
      <Nodes />
      <span>{byteCount(status.bytes_free)} free</span>
      {status.refusal ? (
        <span className={styles.bad}>
          <Lamp state="bad" /> {status.refusal}
        </span>
      ) : (
        <Doing status={status} />
      )}
      {status.technician && <span title="No name, number or date of a patient leaves this archive.">technician mode</span>}
      <span className={styles.policy} title={status.policy}>
        {POLICIES[policy] ?? status.policy}
      </span>
    </>
  );
}

function Nodes() {
  const neighbours = useNeighbours();
  if (!neighbours) return null;
  const { answering, silent, unasked } = neighbours;
  if (answering + silent + unasked === 0) return <span>no nodes yet</span>;
  return (
    <>
      {answering > 0 && (
        <span>
          <Lamp state="good" size={10} /> {answering === 1 ? "1 node answers" : `${answering} nodes answer`}
        </span>
      )}
      {silent > 0 && (
        <span>
          <Lamp state="bad" size={10} /> {silentWords(silent, answering)}
        </span>
      )}
      {answering + silent === 0 && <span>{counted(unasked, "node")}, none was asked</span>}
    </>
  );
}

/** "1 does not" beside those that answer, a whole sentence where none does. */
function silentWords(silent: number, answering: number): string {
  const verb = silent === 1 ? "does not" : "do not";
  return answering > 0 ? `${silent} ${verb}` : `${counted(silent, "node")} ${verb} answer`;
}

function Doing({ status }: { readonly status: Status }) {
  const rate = Math.round(status.changes_per_second);
  if (rate > 0) {
    return (
      <span>
        receiving <strong>{rate}/s</strong>
      </span>
    );
  }
  return <span>{status.associations_open > 0 ? `${counted(status.associations_open, "association")} open` : "listening"}</span>;
}
