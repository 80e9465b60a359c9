/** A proxy: a port of this computer that passes on to a device, so that the talk of two others can be seen. */
import { Autocomplete, Modal, NumberInput } from "@mantine/core";
import { useState } from "react";
import { change } from "@/api/http";
import { canBeCalled, useNodes } from "@/api/nodes";
import type { ProxyWords } from "@/api/words";
import { counted } from "@/base/text";
import { Button } from "@/parts/button";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import styles from "./proxy_dialog.module.css";

interface Props {
  readonly proxies: readonly ProxyWords[];
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

const FIRST_PORT = 11113;

export function ProxyDialog({ proxies, onChanged, onClose }: Props) {
  const nodes = (useNodes().data ?? []).filter(canBeCalled);
  const taken = new Set(proxies.map((one) => one.listen_port));
  let free = FIRST_PORT;
  while (taken.has(free)) free += 1;
  const [port, setPort] = useState<number | string>(free);
  const [node, setNode] = useState("");
  const [error, setError] = useState<unknown>();
  const attempt = async (work: () => Promise<unknown>) => {
    setError(undefined);
    try {
      await work();
      onChanged();
    } catch (found) {
      setError(found);
    }
  };
  const open = () =>
    attempt(async () => {
      await change("POST", "/api/inspector/proxies", { listen_port: Number(port), node: node.trim() });
      setNode("");
    });
  return (
    <Modal opened onClose={onClose} title="Stand between two devices" centered size={520}>
      <div className={styles.body}>
        <p>
          On the calling device, enter the address of this computer and this port in place of the other device. What comes is passed
          on byte for byte, and both sides are shown here. No title is looked at, nothing is changed.
        </p>
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            void open();
          }}
        >
          <NumberInput label="Listen on port" value={port} onChange={setPort} min={1} max={65535} hideControls w={120} size="xs" />
          <Autocomplete
            label="Pass on to"
            placeholder="A node, or TITLE@host:port"
            data={nodes.map((one) => one.name)}
            value={node}
            onChange={setNode}
            className={styles.node}
            size="xs"
          />
          <Button type="submit" kind="primary" disabled={!node.trim() || !Number(port)}>
            Open
          </Button>
        </form>
        {error !== undefined && <Fault tried="It was not done" error={error} />}
        {proxies.length > 0 && (
          <ul className={styles.open} aria-label="Open proxies">
            {proxies.map((one) => (
              <li key={one.listen_port}>
                <Lamp state="listening" />
                <span>
                  port <b>{one.listen_port}</b> passes on to <bdi className="mono">{one.node}</bdi>{" "}
                  <small>
                    {one.host}:{one.port}
                  </small>
                </span>
                <span className={styles.calls}>
                  {counted(one.callers, "call")}
                  {one.open_connections > 0 ? `, ${one.open_connections} open` : ""}
                </span>
                <Button small onClick={() => attempt(() => change("DELETE", `/api/inspector/proxies/${one.listen_port}`))}>
                  Close
                </Button>
              </li>
            ))}
          </ul>
        )}
        <p className={styles.note}>
          Whoever reaches this computer can use the port until it is closed; it ends with the archive. Without the archive:{" "}
          <code>isocenter inspect --listen 11113 --to NODE</code>
        </p>
      </div>
    </Modal>
  );
}
