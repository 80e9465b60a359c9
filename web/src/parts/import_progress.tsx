/** How far a running import is: files, bytes, pace, what is left, what came to which end, and how to stop it. */
import { byteCount, count, counted } from "@/base/text";
import { Button } from "./button";
import styles from "./import.module.css";
import { cancelImport, closeImport, useImport } from "./import_run";
import { outcomeWords, paceWords } from "./import_words";
import { ProgressBar } from "./progress_bar";

export function ImportProgress() {
  const now = useImport();
  const bytes = now.isFound && now.bytes > 0;
  return (
    <div className={styles.body}>
      <div className={styles.figures}>
        <span>
          {count(now.done)} of {counted(now.found, "file")}
          {!now.isFound && ", still looking"}
        </span>
        <span>{paceWords(now.samples, now.isFound ? now.bytes - now.ready : undefined)}</span>
      </div>
      <ProgressBar
        done={bytes ? now.ready : now.done}
        total={now.isFound ? (bytes ? now.bytes : now.found) : null}
        label="Import"
      />
      <div className={styles.figures}>
        <span role="status">{outcomeWords(now.tally) || "Nothing has come to its end yet"}</span>
        <span>
          {byteCount(now.sent)} of {byteCount(now.bytes)}
        </span>
      </div>
      <div className={styles.actions}>
        <Button onClick={cancelImport}>Cancel</Button>
        <Button kind="primary" onClick={closeImport} data-autofocus>
          Go on working
        </Button>
      </div>
    </div>
  );
}
