/** A line or a few that are entered elsewhere, in a box, to be copied. */
import { Copy } from "./copy";
import styles from "./snippet.module.css";

interface Props {
  readonly text: string;
  /** What is copied, for whoever does not see it. */
  readonly what: string;
  readonly small?: boolean;
}

export function Snippet({ text, what, small = false }: Props) {
  return (
    <div className={small ? `${styles.snippet} ${styles.small}` : styles.snippet}>
      <pre className="mono">{text}</pre>
      <Copy text={text} what={what} />
    </div>
  );
}
