/** The second look before something is lost: the question carries what and how much, the button says what it does. */
import { Modal } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { Button } from "./button";
import styles from "./confirm.module.css";
import { Fault } from "./fault";

interface Props {
  readonly question: string;
  readonly children: ReactNode;
  /** What the button says: "Delete 607 images". */
  readonly act: string;
  readonly onAct: () => Promise<void>;
  readonly onClose: () => void;
  readonly danger?: boolean;
}

export function Confirm({ question, children, act, onAct, onClose, danger = true }: Props) {
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await onAct();
      onClose();
    } catch (found) {
      setError(found);
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={question} centered size="md">
      <div className={styles.body}>
        {children}
        {error !== undefined && <Fault tried="It was not done" error={error} />}
        <div className={styles.actions}>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind={danger ? "danger" : "primary"} disabled={busy} onClick={run}>
            {act}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
