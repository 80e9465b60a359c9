/** Changes settings of this device at once: what the house says of it is read before the form is closed. */
import { Modal } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "@/parts/button";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import styles from "./form.module.css";

interface Props {
  readonly title: string;
  readonly size: number;
  readonly children: ReactNode;
  /** Changes them; what is to be said of it, mostly nothing. */
  readonly save: () => Promise<readonly string[]>;
  readonly onClose: () => void;
}

export function SettingsForm({ title, size, children, save, onClose }: Props) {
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const [notes, setNotes] = useState<readonly string[]>([]);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const said = await save();
      if (said.length === 0) onClose();
      setNotes(said);
    } catch (found) {
      setError(found);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={title} centered size={size}>
      <form className={styles.form} onSubmit={submit}>
        {children}
        {notes.map((note) => (
          <p key={note} className={styles.finding} role="status">
            <Lamp state="partly" /> {note}
          </p>
        ))}
        {error !== undefined && <Fault tried="Nothing was changed" error={error} />}
        <div className={styles.actions}>
          <Button onClick={onClose}>{notes.length ? "Close" : "Cancel"}</Button>
          {notes.length === 0 && (
            <Button kind="primary" type="submit" disabled={busy}>
              {busy ? "Changing" : "Change"}
            </Button>
          )}
        </div>
      </form>
    </Modal>
  );
}
