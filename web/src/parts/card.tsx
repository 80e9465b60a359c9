/** A box with a heading 40 high: what it is, and at its end what belongs to it. */
import { type ReactNode, useId } from "react";
import styles from "./card.module.css";

interface Props {
  readonly title: string;
  /** A caption or a button at the end of the heading. */
  readonly end?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string | undefined;
}

export function Card({ title, end, children, className }: Props) {
  const id = useId();
  return (
    <section className={className ? `${styles.card} ${className}` : styles.card} aria-labelledby={id}>
      <header className={styles.heading}>
        <h3 id={id}>{title}</h3>
        {end && <div className={styles.end}>{end}</div>}
      </header>
      {children}
    </section>
  );
}
