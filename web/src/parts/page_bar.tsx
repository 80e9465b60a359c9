/** The bar at the top of a page: 48 high, title, what is counted, tabs, then the actions; the palette's field is always last. */
import { Search } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./page_bar.module.css";
import { openPalette } from "./palette";

interface Props {
  readonly title: string;
  readonly count?: ReactNode;
  readonly tabs?: ReactNode;
  readonly actions?: ReactNode;
}

export function PageBar({ title, count, tabs, actions }: Props) {
  return (
    <header className={styles.bar}>
      <h1 className={styles.title}>{title}</h1>
      {count && <span className={styles.count}>{count}</span>}
      {tabs}
      <div className={styles.actions}>
        {actions}
        <button type="button" className={styles.find} onClick={openPalette} aria-keyshortcuts="Control+K">
          <Search aria-hidden="true" />
          <span>Find or do</span>
          <kbd>Ctrl K</kbd>
        </button>
      </div>
    </header>
  );
}
