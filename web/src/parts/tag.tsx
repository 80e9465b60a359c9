/** A modality, or another short code, in its box. */
import styles from "./tag.module.css";

export function Tag({ text }: { readonly text: string }) {
  return <span className={styles.tag}>{text}</span>;
}
