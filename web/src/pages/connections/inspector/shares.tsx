/** Where the time went: one bar in parts, and each part in words. */
import type { ShareWords } from "@/api/words";
import styles from "./shares.module.css";
import { span } from "./words";

export function ShareBar({ shares }: { readonly shares: readonly ShareWords[] }) {
  const whole = shares.reduce((sum, share) => sum + share.seconds, 0);
  return (
    <div className={styles.bar} aria-hidden="true">
      {shares.map((share) => (
        <span key={share.kind} data-kind={share.kind} style={{ flexGrow: whole > 0 ? share.seconds / whole : 1 }} />
      ))}
    </div>
  );
}

/** In a line, below a ladder; or as rows, beside a message. */
export function ShareWordsList({ shares, rows = false }: { readonly shares: readonly ShareWords[]; readonly rows?: boolean }) {
  return (
    <ul className={rows ? styles.rows : styles.line}>
      {shares.map((share) => (
        <li key={share.kind}>
          <i data-kind={share.kind} aria-hidden="true" />
          <span>{share.words}</span> <span className={styles.time}>{span(share.seconds)}</span>
        </li>
      ))}
    </ul>
  );
}
