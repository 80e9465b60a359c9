/** An import that was put aside, small above the status line: how far it is, and at its end what came of it. */
import { X } from "lucide-react";
import { useEffect } from "react";
import { byteCount, count, counted } from "@/base/text";
import { Button, IconButton } from "./button";
import { Fault } from "./fault";
import styles from "./import.module.css";
import { closeImport, useImport } from "./import_run";
import { outcomeWords, paceWords, reportWords } from "./import_words";
import { ProgressBar } from "./progress_bar";

/** How long a good end is told; what needs somebody stays. */
const TOLD_MS = 6000;

const show = () => useImport.setState({ isOpen: true });

export function ImportCorner() {
  const now = useImport();
  const isGood = now.error === undefined && now.tally.counts.refused === 0 && now.tally.counts["set aside"] === 0;
  useEffect(() => {
    if (now.phase !== "over" || !isGood) return;
    const timer = setTimeout(closeImport, TOLD_MS);
    return () => clearTimeout(timer);
  }, [now.phase, isGood]);
  if (now.phase === "idle") return null;
  return (
    <aside className={styles.corner} aria-label="Import">
      {now.what === "samples" ? <Samples /> : <Files />}
    </aside>
  );
}

function Files() {
  const now = useImport();
  if (now.phase === "over") {
    return (
      <>
        <p role="status">{reportWords(now.tally, now.isCancelled)}</p>
        <Ending words={outcomeWords(now.tally)} more />
      </>
    );
  }
  return (
    <>
      <div className={styles.figures}>
        <span>
          Importing {count(now.done)} of {counted(now.found, "file")}
        </span>
        <Button small onClick={show}>
          Show
        </Button>
      </div>
      <ProgressBar done={now.ready} total={now.isFound ? now.bytes : null} label="Import" />
      <p className={styles.quiet}>
        {paceWords(now.samples, now.isFound ? now.bytes - now.ready : undefined) || byteCount(now.bytes)}
      </p>
    </>
  );
}

function Samples() {
  const now = useImport();
  if (now.phase === "over") {
    if (now.error !== undefined) {
      return (
        <>
          <Fault tried="The sample studies were not made to the end" error={now.error} />
          <Ending words={`${count(now.done)} of ${count(now.found)} images are here`} />
        </>
      );
    }
    return (
      <>
        <p role="status">The four sample studies are here.</p>
        <Ending words={`${counted(now.found, "image")}, all drawn by this computer`} />
      </>
    );
  }
  return (
    <>
      <p>
        Making sample studies: {count(now.done)} of {now.found > 0 ? counted(now.found, "image") : "…"}
      </p>
      <ProgressBar done={now.done} total={now.found} label="Sample studies" />
    </>
  );
}

function Ending({ words, more = false }: { readonly words: string; readonly more?: boolean }) {
  return (
    <div className={styles.figures}>
      <span className={styles.quiet}>{words}</span>
      <span className={styles.buttons}>
        {more && (
          <Button small onClick={show}>
            Report
          </Button>
        )}
        <IconButton label="Close" onClick={closeImport}>
          <X aria-hidden="true" />
        </IconButton>
      </span>
    </div>
  );
}
