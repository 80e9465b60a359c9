/** The first step: the three values of the device, with what is wrong or doubtful about them said while one types. */
import { TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { get } from "@/api/http";
import { keepNode, useNodeFindings } from "@/api/nodes";
import type { Door, FindingWords, NodeEntry, NodeWords } from "@/api/words";
import { Button } from "@/parts/button";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import { Term } from "@/parts/term";
import type { Role } from "../doctor/layers";
import { RoleChoice } from "../doctor/role_choice";
import styles from "./add.module.css";

interface Props {
  /** The device where it was entered before. */
  readonly node: NodeWords | undefined;
  readonly role: Role;
  readonly title: string;
  readonly host: string;
  readonly onRole: (role: Role) => void;
  readonly onKept: (name: string) => void;
}

interface Draft {
  readonly name: string;
  readonly title: string;
  readonly host: string;
  readonly port: string;
}

const ROLE_WORDS: Readonly<Record<Role, string>> = {
  modality: "A scanner or another device that sends images here.",
  archive: "It keeps images, is searched, and sends them back.",
  workstation: "Images are sent to it, and it may search here.",
  printer: "A film printer.",
};

export function DeviceStep({ node, role, title, host, onRole, onKept }: Props) {
  const queries = useQueryClient();
  const [draft, setDraft] = useState<Draft>(
    node
      ? { name: node.name, title: node.ae_title, host: node.host, port: String(node.port ?? 104) }
      : { name: title, title, host, port: "104" },
  );
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const was = node?.name ?? "";
  const findings = useNodeFindings(draft, (now) => ({ name: now.name, was, entry: entryOf(now, node) }));
  const isComplete = Boolean(draft.name.trim() && draft.title.trim() && draft.host.trim());
  const set = (part: Partial<Draft>) => setDraft((now) => ({ ...now, ...part }));
  const keep = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const kept = await keepNode(draft.name.trim(), entryOf(draft, node), was);
      await queries.invalidateQueries({ queryKey: ["network"] });
      onKept(kept.node.name);
    } catch (found) {
      setError(found);
      setBusy(false);
    }
  };
  return (
    <form className={styles.form} onSubmit={(event) => void keep(event)}>
      <p className={styles.lead}>
        Three values make a DICOM device: its <Term word="AE title" />, its address and its port. They stand in its own menu, mostly
        under Service, Network or DICOM. Copy them letter for letter.
      </p>
      {!node && <AtTheDoor onTake={(one) => set({ title: one.title, host: one.host, name: draft.name || one.title })} />}
      <RoleChoice legend="What is it?" role={role} words={ROLE_WORDS} className={styles.roles ?? ""} onRole={onRole} />
      <Fields draft={draft} set={set} />
      <Findings findings={findings} isComplete={isComplete} />
      {error !== undefined && <Fault tried="It was not kept" error={error} />}
      <footer className={styles.foot}>
        <Button kind="primary" type="submit" disabled={busy || !isComplete || findings.some((finding) => finding.fault)}>
          {node ? "Save, and go on" : "Add it, and go on"}
        </Button>
        <span>From then on it is asked now and then, by C-ECHO, whether it is there.</span>
      </footer>
    </form>
  );
}

interface FieldsProps {
  readonly draft: Draft;
  readonly set: (part: Partial<Draft>) => void;
}

function Fields({ draft, set }: FieldsProps) {
  return (
    <div className={styles.fields}>
      <TextInput
        label="What you call it"
        description="For people: a room, a floor, a make."
        placeholder="CT room 2"
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <TextInput
        label="AE title"
        description="Up to 16 characters. Capitals, hyphens and underscores matter."
        placeholder="CT-ROOM-2"
        value={draft.title}
        onChange={(event) => set({ title: event.currentTarget.value })}
        classNames={{ input: styles.mono ?? "" }}
      />
      <TextInput
        label="Address"
        description="Its IP address, or its name in the network."
        placeholder="10.0.0.21"
        value={draft.host}
        onChange={(event) => set({ host: event.currentTarget.value })}
        classNames={{ input: styles.mono ?? "" }}
      />
      <TextInput
        label="Port"
        description="Where it listens for DICOM: mostly 104 or 11112. A device that only sends may have none; leave 104."
        value={draft.port}
        onChange={(event) => set({ port: event.currentTarget.value })}
        inputMode="numeric"
        classNames={{ input: styles.mono ?? "" }}
      />
    </div>
  );
}

/** What is wrong or doubtful, or that nothing is. */
function Findings({ findings, isComplete }: { readonly findings: readonly FindingWords[]; readonly isComplete: boolean }) {
  return (
    <div aria-live="polite" className={styles.findings}>
      {findings.map((finding) => (
        <p key={finding.sentence}>
          <Lamp state={finding.fault ? "bad" : "partly"} /> <bdi>{finding.sentence}</bdi>
        </p>
      ))}
      {isComplete && findings.length === 0 && (
        <p>
          <Lamp state="good" /> Nothing is wrong with these values as they stand.
        </p>
      )}
    </div>
  );
}

function entryOf(draft: Draft, node: NodeWords | undefined): NodeEntry {
  const { name: _, ...before } = node ?? { name: "" };
  const port = /^\s*\d{1,10}\s*$/.test(draft.port) ? Number(draft.port) : 0;
  return { ...before, ae_title: draft.title, host: draft.host, port };
}

const CALLERS_OFFERED = 3;

/** Who has called and is not known yet: its title and address need not be copied. */
function AtTheDoor({ onTake }: { readonly onTake: (caller: { readonly title: string; readonly host: string }) => void }) {
  const door = useQuery({
    queryKey: ["network", "door"],
    queryFn: ({ signal }) => get<Door>("/api/door", undefined, signal),
  });
  const callers = (door.data?.callers ?? []).filter((one) => !one.node && !one.ignored && one.calling_ae_title);
  if (callers.length === 0) return null;
  return (
    <div className={styles.door}>
      <p>Has it called already? These did, and are not known yet:</p>
      {callers.slice(0, CALLERS_OFFERED).map((one) => (
        <Button
          key={`${one.calling_ae_title} ${one.address}`}
          small
          onClick={() => onTake({ title: one.calling_ae_title, host: one.address })}
        >
          <bdi className="mono">{one.calling_ae_title}</bdi> <bdi className="mono">{one.address}</bdi>
        </Button>
      ))}
    </div>
  );
}
