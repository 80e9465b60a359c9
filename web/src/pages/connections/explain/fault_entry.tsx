/** One fault of the table: how it looks, what tells it from others, what to change here and what to ask of the other side. */
import { Modal } from "@mantine/core";
import { Fault } from "@/parts/fault";
import { Sentence } from "../doctor/sentence";
import styles from "./fault_entry.module.css";
import { useFaultEntry } from "./reading";

const SIDES: Readonly<Record<string, string>> = {
  ours: "to be changed on your side",
  theirs: "to be changed on the other side",
  between: "to be changed in the network between",
  undecided: "depends, or cannot be told from outside",
};

const SOURCES: Readonly<Record<string, string>> = {
  obs: "seen between real products",
  docs: "documentation or a public thread",
  K: "the standard's own text, or not checked",
};

export function FaultEntry({ identifier, onClose }: { readonly identifier: string; readonly onClose: () => void }) {
  const { data: fault, error, refetch } = useFaultEntry(identifier);
  return (
    <Modal opened onClose={onClose} title={fault ? `${fault.family}: ${identifier}` : identifier} centered size={560}>
      {error && <Fault tried={`${identifier} could not be looked up`} error={error} again={() => void refetch()} />}
      {fault && (
        <div className={styles.entry}>
          <h3>{fault.fault}</h3>
          <p className={styles.side}>{SIDES[fault.side] ?? fault.side}</p>
          <Part title="Seen" sentences={[fault.seen]} />
          <Part title="Told from others" sentences={[fault.tell_from]} />
          <Part title="On your side" sentences={fault.here} />
          <Part title="Ask of the other side" sentences={fault.there} />
          <p className={styles.sources}>Known from: {fault.sources.map((tag) => SOURCES[tag] ?? tag).join(", ")}</p>
        </div>
      )}
    </Modal>
  );
}

function Part({ title, sentences }: { readonly title: string; readonly sentences: readonly string[] }) {
  const said = sentences.filter(Boolean);
  if (said.length === 0) return null;
  return (
    <section>
      <h4>{title}</h4>
      <ul>
        {said.map((sentence) => (
          <li key={sentence}>
            <Sentence text={sentence} names={[]} />
          </li>
        ))}
      </ul>
    </section>
  );
}
