/** The slim line at the bottom, always true: who we are, where, what is free, what arrives, who may do what. */

import { useConnected } from "@/api/live";
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

function Standing({ status }: { readonly status: Status }) {
  const rate = Math.round(status.changes_per_second);
  return (
    <>
      <strong className="mono">{status.aet}</strong>
      <span className="mono">
        {status.addresses[0] ?? "127.0.0.1"}:{status.port}
      </span>
      <span>{byteCount(status.bytes_free)} free</span>
      {status.refusal ? (
        <span className={styles.bad}>
          <Lamp state="bad" /> {status.refusal}
        </span>
      ) : (
        <span>
          {rate > 0 ? (
            <>
              receiving <strong>{rate}/s</strong>
            </>
          ) : status.associations_open > 0 ? (
            `${counted(status.associations_open, "association")} open`
          ) : (
            "listening"
          )}
        </span>
      )}
      <span className={styles.policy}>{status.policy}</span>
    </>
  );
}
