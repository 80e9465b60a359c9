/** How far something is: 4 high; what failed stands red at its end, what has no known end runs through. */
import styles from "./progress_bar.module.css";

interface Props {
  readonly done: number;
  readonly failed?: number;
  /** Undefined or null while it is not known. */
  readonly total: number | null | undefined;
  readonly tone?: "accent" | "good" | "grey";
  readonly label: string;
}

export function ProgressBar({ done, failed = 0, total, tone = "accent", label }: Props) {
  const known = typeof total === "number" && total > 0;
  const share = (part: number) => `${known ? Math.min(100, (part / total) * 100) : 0}%`;
  const value = known ? { "aria-valuenow": Math.round(((done + failed) / total) * 100) } : {};
  return (
    <div role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} {...value} className={styles.bar}>
      {known ? (
        <>
          <span className={styles[tone]} style={{ width: share(done) }} />
          {failed > 0 && <span className={styles.bad} style={{ width: share(failed), minWidth: 4 }} />}
        </>
      ) : (
        <span className={styles.unknown} />
      )}
    </div>
  );
}
