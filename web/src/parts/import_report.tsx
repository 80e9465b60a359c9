/** What became of everything that was brought: how many of each, and what did not go in, by reason with the files under it. */
import { Link } from "react-router";
import { withParameters } from "@/api/http";
import { byteCount, count, duration } from "@/base/text";
import { usePrivacy } from "@/model/privacy";
import { Button } from "./button";
import { Fault } from "./fault";
import styles from "./import.module.css";
import { closeImport, openImport, useImport } from "./import_run";
import { OUTCOMES, type Outcome, type Reason } from "./import_tally";
import { outcomeHeading, outcomeWords, reasonWords, reportWords } from "./import_words";

const TOLD: readonly Outcome[] = ["refused", "set aside", "left out"];

export function ImportReport() {
  const now = useImport();
  const [study] = now.tally.studies.size === 1 ? now.tally.studies : [];
  const reasons = [...now.tally.reasons.values()];
  const pace = now.seconds > 0.5 ? `, ${byteCount(now.sent / now.seconds)}/s` : "";
  return (
    <div className={styles.body}>
      {now.error !== undefined && <Fault tried="The import stopped before its end" error={now.error} />}
      <p className={styles.headline} role="status">
        {reportWords(now.tally, now.isCancelled)}
      </p>
      {now.done > 0 && (
        <p className={styles.quiet}>
          {OUTCOMES.some((outcome) => outcome !== "stored" && now.tally.counts[outcome] > 0) && `${outcomeWords(now.tally)}. `}
          {byteCount(now.sent)} in {duration(now.seconds)}
          {pace}.
        </p>
      )}
      {reasons.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        <section className={styles.reasons} tabIndex={0} aria-label="What did not go in">
          {TOLD.map((outcome) => (
            <Ended key={outcome} outcome={outcome} reasons={reasons.filter((reason) => reason.outcome === outcome)} />
          ))}
          {now.tally.more > 0 && <p className={styles.quiet}>And {count(now.tally.more)} more, for other reasons.</p>}
        </section>
      )}
      <div className={styles.actions}>
        <Button onClick={openImport}>Import more</Button>
        {study && (
          <Link className={styles.link} to={withParameters("/viewer", { study })} onClick={closeImport}>
            Open the study
          </Link>
        )}
        <Button kind="primary" onClick={closeImport} data-autofocus>
          Done
        </Button>
      </div>
    </div>
  );
}

function Ended({ outcome, reasons }: { readonly outcome: Outcome; readonly reasons: readonly Reason[] }) {
  if (reasons.length === 0) return null;
  const total = reasons.reduce((sum, reason) => sum + reason.count, 0);
  return (
    <section>
      <h3 className={styles.outcome}>
        {outcomeHeading(outcome)} <span>{count(total)}</span>
      </h3>
      {reasons.map((reason) => (
        <Why key={reason.why} reason={reason} />
      ))}
    </section>
  );
}

function Why({ reason }: { readonly reason: Reason }) {
  const { paths } = reason;
  const named = usePrivacy((now) => now.names);
  const words = reasonWords(reason.why, named);
  if (paths.length === 1) {
    return (
      <div className={styles.reason}>
        <bdi className={styles.path}>{paths[0]}</bdi>
        <p>{words}</p>
      </div>
    );
  }
  return (
    <details className={styles.reason}>
      <summary>
        {words} <span>{count(reason.count)}</span>
      </summary>
      <ul>
        {paths.map((path) => (
          <li key={path}>
            <bdi className={styles.path}>{path}</bdi>
          </li>
        ))}
        {reason.count > paths.length && <li className={styles.quiet}>and {count(reason.count - paths.length)} more</li>}
      </ul>
    </details>
  );
}
