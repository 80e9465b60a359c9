/** A heading between panels: 44 high, what it is, what is counted, and at its end what can be done. */
import type { ReactNode } from "react";
import styles from "./section.module.css";

interface Props {
  readonly title: string;
  readonly count?: ReactNode;
  readonly children?: ReactNode;
}

export function SectionHeading({ title, count, children }: Props) {
  return (
    <header className={styles.heading}>
      <h2 className={styles.title}>{title}</h2>
      {count !== undefined && <span className={styles.count}>{count}</span>}
      {children !== undefined && <div className={styles.actions}>{children}</div>}
    </header>
  );
}
