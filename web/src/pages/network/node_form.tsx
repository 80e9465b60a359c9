/** One node is written: what is wrong or doubtful about it is said while it is typed; nobody is called before it is kept. */
import { Checkbox, Modal, MultiSelect, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { ChevronDown, ChevronRight } from "lucide-react";
import { type FormEvent, useState } from "react";
import { keepNode, useNodeFindings } from "@/api/nodes";
import { Button } from "@/parts/button";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import { Term } from "@/parts/term";
import { type Draft, entryOf, OPERATIONS, SYNTAXES } from "./draft";
import styles from "./form.module.css";
import { showChange } from "./neighbourhood";

interface Props {
  readonly title: string;
  /** The name that it is kept under now; empty for a new one. */
  readonly was: string;
  readonly draft: Draft;
  readonly onKept: (name: string) => void;
  readonly onClose: () => void;
}

export function NodeForm({ title, was, draft, onKept, onClose }: Props) {
  const queries = useQueryClient();
  const [written, setWritten] = useState(draft);
  const [more, setMore] = useState(draft.isUnusual);
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const findings = useNodeFindings(written, (now) => ({ name: now.name, was, entry: entryOf(now) }));
  const faults = findings.filter((finding) => finding.fault);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const kept = await keepNode(written.name.trim(), entryOf(written), was);
      showChange(queries, was, kept.node);
      onKept(kept.node.name);
    } catch (found) {
      setError(found);
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={title} centered size={520}>
      <form className={styles.form} onSubmit={save}>
        <Fields written={written} set={(part) => setWritten((now) => ({ ...now, ...part }))} />
        <Button
          kind="quiet"
          small
          className={styles.more}
          aria-expanded={more}
          icon={more ? <ChevronDown /> : <ChevronRight />}
          onClick={() => setMore(!more)}
        >
          More: title to call it with, PDU size, interval, syntaxes, DICOMweb, notes
        </Button>
        {more && <Rest written={written} set={(part) => setWritten((now) => ({ ...now, ...part }))} />}
        <div aria-live="polite" className={styles.findings}>
          {findings.map((finding) => (
            <p key={finding.sentence} className={styles.finding}>
              <Lamp state={finding.fault ? "bad" : "partly"} /> <bdi>{finding.sentence}</bdi>
            </p>
          ))}
        </div>
        {error !== undefined && <Fault tried="It was not kept" error={error} />}
        <div className={styles.actions}>
          <span className={styles.hint}>It is asked by C-ECHO once it is kept.</span>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            type="submit"
            disabled={busy || faults.length > 0 || !written.name.trim() || !written.aeTitle || !written.host}
          >
            {was ? "Save" : "Add node"}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

interface FieldsProps {
  readonly written: Draft;
  readonly set: (part: Partial<Draft>) => void;
}

const MONO = { input: styles.mono ?? "" };

function Fields({ written, set }: FieldsProps) {
  return (
    <>
      <TextInput
        label="Name"
        placeholder="CT room 2"
        value={written.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
        data-autofocus
      />
      <TextInput
        label={<Term word="AE title" />}
        placeholder="CT-ROOM-2"
        value={written.aeTitle}
        onChange={(event) => set({ aeTitle: event.currentTarget.value })}
        classNames={MONO}
      />
      <div className={styles.pair}>
        <TextInput
          label="Host"
          placeholder="10.0.0.21"
          value={written.host}
          onChange={(event) => set({ host: event.currentTarget.value })}
          classNames={MONO}
        />
        <TextInput
          label="Port"
          value={written.port}
          onChange={(event) => set({ port: event.currentTarget.value })}
          inputMode="numeric"
          classNames={MONO}
        />
      </div>
      <Checkbox.Group
        label="It may ask this device to"
        value={[...written.operations]}
        onChange={(operations) => set({ operations: OPERATIONS.filter((one) => operations.includes(one)) })}
      >
        <div className={styles.operations}>
          {OPERATIONS.map((operation) => (
            <Checkbox key={operation} value={operation} label={operation} size="xs" />
          ))}
        </div>
      </Checkbox.Group>
    </>
  );
}

function Rest({ written, set }: FieldsProps) {
  return (
    <>
      <div className={styles.half}>
        <TextInput
          label="Call it as"
          placeholder="this device's own title"
          value={written.localTitle}
          onChange={(event) => set({ localTitle: event.currentTarget.value })}
          classNames={MONO}
        />
        <TextInput
          label="Character set of its queries"
          placeholder="ISO_IR 100"
          value={written.characterSet}
          onChange={(event) => set({ characterSet: event.currentTarget.value })}
          classNames={MONO}
        />
      </div>
      <div className={styles.half}>
        <TextInput
          label="Largest PDU that it may send, bytes"
          placeholder="as usual"
          value={written.pduBytes}
          onChange={(event) => set({ pduBytes: event.currentTarget.value })}
          inputMode="numeric"
          classNames={MONO}
        />
        <TextInput
          label="Associations to it at once"
          value={written.associations}
          onChange={(event) => set({ associations: event.currentTarget.value })}
          inputMode="numeric"
          classNames={MONO}
        />
      </div>
      <TextInput
        label="Asked by C-ECHO every so many minutes; 0 is never"
        placeholder="as all nodes are"
        value={written.echoMinutes}
        onChange={(event) => set({ echoMinutes: event.currentTarget.value })}
        inputMode="numeric"
        classNames={MONO}
      />
      <MultiSelect
        label="Transfer syntaxes that it likes, best first"
        placeholder={written.syntaxes.length ? "" : "as stored"}
        data={SYNTAXES.map(([value, label]) => ({ value, label }))}
        value={[...written.syntaxes]}
        onChange={(syntaxes) => set({ syntaxes })}
        searchable
      />
      <TextInput
        label="Where it speaks DICOMweb; then it is searched and retrieved from there"
        placeholder="http://127.0.0.1:8042/dicom-web"
        value={written.dicomweb}
        onChange={(event) => set({ dicomweb: event.currentTarget.value })}
        classNames={MONO}
      />
      <Textarea
        label="Notes"
        autosize
        minRows={2}
        maxRows={5}
        value={written.notes}
        onChange={(event) => set({ notes: event.currentTarget.value })}
      />
    </>
  );
}
