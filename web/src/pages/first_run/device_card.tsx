/** The third way: another device, pointed here. The lamp lights when the first one calls, and one click makes it a node. */
import { useState } from "react";
import { Link } from "react-router";
import { keepNode } from "@/api/nodes";
import type { Status } from "@/api/status";
import { Button } from "@/parts/button";
import { Copy } from "@/parts/copy";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import { Term } from "@/parts/term";
import styles from "./page.module.css";
import { type Caller, useCaller } from "./use_caller";

export function DeviceCard({ status }: { readonly status: Status | undefined }) {
  const caller = useCaller();
  const [address = "127.0.0.1", ...others] = status?.addresses ?? [];
  return (
    <section className={styles.card} aria-labelledby="way-device">
      <div className={`${styles.picture} ${styles.entries}`}>
        <dl className={styles.list}>
          <Entry name={<Term word="AE title" />} what="the AE title" text={status?.aet ?? ""} />
          <Entry name="Address" what="the address" text={status ? address : ""} others={others} />
          <Entry name="Port" what="the port" text={status ? String(status.port) : ""} />
        </dl>
        <div className={styles.lamp} role="status">
          {caller ? <Called caller={caller} /> : <Nobody />}
        </div>
      </div>
      <h3 id="way-device">Point a device here</h3>
      <p className={styles.words}>
        Enter these three on it and press its test button. The lamp lights when it calls; one click adds it.
      </p>
      <div className={styles.acts}>
        <Link className={styles.link} to="/network?form=add">
          Add a device, step by step
        </Link>
      </div>
    </section>
  );
}

interface EntryProps {
  readonly name: React.ReactNode;
  readonly what: string;
  readonly text: string;
  readonly others?: readonly string[];
}

function Entry({ name, what, text, others = [] }: EntryProps) {
  return (
    <div className={styles.entry}>
      <dt>{name}</dt>
      <dd>
        <span>{text}</span>
        {others.length > 0 && (
          <span className={styles.others} title={others.join(", ")}>
            or {others[0]}
            {others.length > 1 && ` and ${others.length - 1} more`}
          </span>
        )}
      </dd>
      <dd className={styles.copy}>{text && <Copy text={text} what={what} />}</dd>
    </div>
  );
}

function Nobody() {
  return (
    <>
      <Lamp state="unknown" size={20} /> Nobody has called yet
    </>
  );
}

function Called({ caller }: { readonly caller: Caller }) {
  const [added, setAdded] = useState("");
  const [error, setError] = useState<unknown>();
  const name = caller.title || caller.address;
  const add = async () => {
    setError(undefined);
    try {
      await keepNode(name, { ae_title: caller.title, host: caller.address });
      setAdded(name);
    } catch (found) {
      setError(found);
    }
  };
  return (
    <>
      <Lamp state={caller.isRejected ? "partly" : "good"} size={20} />
      <span className={styles.called}>
        <bdi className="mono">{name}</bdi> {caller.isRejected ? "was turned away" : "has called"}
      </span>
      {caller.node || added === name ? (
        <Link className={styles.small} to={`/network?node=${encodeURIComponent(caller.node || name)}`}>
          {added === name ? "Added" : "Known"}
        </Link>
      ) : (
        caller.title && (
          <Button small onClick={add}>
            Add it
          </Button>
        )
      )}
      {error !== undefined && <Fault tried="It was not added" error={error} />}
    </>
  );
}
