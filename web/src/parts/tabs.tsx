/** Views of one page, in its bar: each is an address, so that it can be linked to and Back works. */
import type { ReactNode } from "react";
import { Link, useSearchParams } from "react-router";
import styles from "./tabs.module.css";

export interface Tab {
  /** Its value of the parameter `view`; the first one of a page is the empty text. */
  readonly view: string;
  readonly words: string;
  /** What stands behind the words: how many need somebody. */
  readonly mark?: ReactNode;
}

export function Tabs({ tabs, label }: { readonly tabs: readonly Tab[]; readonly label: string }) {
  const [search] = useSearchParams();
  const shown = search.get("view") ?? "";
  return (
    <nav className={styles.tabs} aria-label={label}>
      {tabs.map((tab) => (
        <Link
          key={tab.view}
          to={tab.view ? { search: `?view=${tab.view}` } : { search: "" }}
          className={styles.tab}
          aria-current={tab.view === shown ? "page" : undefined}
        >
          {tab.words}
          {tab.mark}
        </Link>
      ))}
    </nav>
  );
}
