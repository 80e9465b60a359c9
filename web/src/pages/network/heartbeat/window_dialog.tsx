/** One window of maintenance: which node, from when, how long, how often, what for. */
import { Modal, Select, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { change } from "@/api/http";
import type { NodeWords, WindowWanted, WindowWords } from "@/api/words";
import { Button } from "@/parts/button";
import { Fault } from "@/parts/fault";
import form from "../form.module.css";
import { local } from "./beats";

const REPEATS = [
  { value: "once", label: "Once" },
  { value: "daily", label: "Every day" },
  { value: "weekly", label: "Every week" },
];
const ALL = "\n";

interface Props {
  readonly window: WindowWords | undefined;
  readonly nodes: readonly NodeWords[];
  /** Who is taken first where it is a new one. */
  readonly chosen: string;
  readonly onKept: () => void;
  readonly onClose: () => void;
}

export function WindowDialog({ window, nodes, chosen, onKept, onClose }: Props) {
  const [node, setNode] = useState((window ? window.node : chosen) || ALL);
  const [begins, setBegins] = useState(local(window ? new Date(window.begins) : new Date()));
  const [minutes, setMinutes] = useState(String(window?.minutes ?? 60));
  const [repeats, setRepeats] = useState<WindowWords["repeats"]>(window?.repeats ?? "once");
  const [words, setWords] = useState(window?.words ?? "");
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const moment = new Date(begins);
  const isWhole = /^\d{1,6}$/.test(minutes.trim());
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    const wanted: WindowWanted = {
      id: window?.id ?? 0,
      node: node === ALL ? "" : node,
      begins: moment.toISOString(),
      minutes: Number(minutes),
      repeats,
      words,
    };
    try {
      await change("POST", "/api/maintenance-windows", wanted);
      onKept();
    } catch (found) {
      setError(found);
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={window ? "Maintenance" : "Add a window of maintenance"} centered size={440}>
      <form className={form.form} onSubmit={save}>
        <Select
          label="Who is being worked on"
          data={[{ value: ALL, label: "All nodes" }, ...nodes.map((one) => ({ value: one.name, label: one.name }))]}
          value={node}
          onChange={(value) => setNode(value ?? ALL)}
          allowDeselect={false}
        />
        <div className={form.pair}>
          <TextInput
            label="From, by this computer's clock"
            type="datetime-local"
            value={begins}
            onChange={(event) => setBegins(event.currentTarget.value)}
          />
          <TextInput
            label="Minutes"
            value={minutes}
            onChange={(event) => setMinutes(event.currentTarget.value)}
            inputMode="numeric"
            classNames={{ input: form.mono ?? "" }}
            data-autofocus
          />
        </div>
        <Select
          label="How often"
          data={REPEATS}
          value={repeats}
          onChange={(value) => setRepeats((value ?? "once") as WindowWords["repeats"])}
          allowDeselect={false}
        />
        <TextInput
          label="What for"
          placeholder="software update"
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        {error !== undefined && <Fault tried="It was not kept" error={error} />}
        <div className={form.actions}>
          <span className={form.hint}>It is asked as always; nobody is told.</span>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={busy || !isWhole || Number.isNaN(moment.getTime())}>
            {window ? "Save" : "Add"}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
