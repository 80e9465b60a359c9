/** The heading of a section of the side panel: it folds what is under it, says how much that is, and holds its button. */

import { ChevronDown, ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./panel.module.css";

interface HeadingProps {
  readonly title: string;
  readonly count: ReactNode;
  readonly folded: boolean;
  readonly onFold: () => void;
  readonly children?: ReactNode;
}

export function Heading({ title, count, folded, onFold, children }: HeadingProps) {
  const Chevron = folded ? ChevronRight : ChevronDown;
  return (
    <header className={styles.heading}>
      <h2>
        <button type="button" aria-expanded={!folded} onClick={onFold}>
          <Chevron aria-hidden="true" />
          {title}
        </button>
      </h2>
      <span className={styles.count}>{count}</span>
      {children}
    </header>
  );
}
