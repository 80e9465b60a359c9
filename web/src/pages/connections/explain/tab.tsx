/**
 * Explain a log: what lines of other products' logs mean, and who changes what. A log is pasted, dropped or chosen; it is kept nowhere
 * but in this page, until another one comes. The fault whose entry is open is in the address (`fault`).
 */
import { type DragEvent, useState } from "react";
import { ConnectionsBar } from "../bar";
import { Entry } from "./entry";
import { Explained } from "./explained";
import { FaultEntry } from "./fault_entry";
import { type Log, logOf, useReading } from "./reading";
import styles from "./tab.module.css";
import { useFault } from "./use_fault";

export default function ExplainTab() {
  const { reading, read, forget } = useReading();
  const [product, setProduct] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [isOver, setOver] = useState(false);
  const fault = useFault();
  const take = async (log: Log, product: string) => {
    setBusy(true);
    setError(undefined);
    try {
      await read(log, product);
    } catch (found) {
      setError(found);
    } finally {
      setBusy(false);
    }
  };
  // The window imports what is dropped on it; a log that is dropped here is none of that.
  const drag = (event: DragEvent, over: boolean) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    event.stopPropagation();
    setOver(over);
  };
  const drop = (event: DragEvent) => {
    const file = event.dataTransfer.files[0];
    drag(event, false);
    if (file) void take(logOf(file, file.name), reading?.product ?? product);
  };
  return (
    <>
      <ConnectionsBar />
      <section
        className={styles.page}
        data-over={isOver || undefined}
        aria-label="Explain a log"
        onDragEnter={(event) => drag(event, true)}
        onDragOver={(event) => drag(event, true)}
        onDragLeave={(event) => {
          if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
        }}
        onDrop={drop}
      >
        {reading ? (
          <Explained
            key={reading.log.id}
            reading={reading}
            busy={busy}
            error={error}
            onProduct={(product) => void take(reading.log, product)}
            onAnother={() => {
              setError(undefined);
              forget();
            }}
            onFault={fault.open}
          />
        ) : (
          <Entry busy={busy} error={error} product={product} onProduct={setProduct} onLog={(log) => void take(log, product)} />
        )}
      </section>
      {fault.shown && <FaultEntry identifier={fault.shown} onClose={() => fault.open("")} />}
    </>
  );
}
