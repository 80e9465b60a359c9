/** A day as DICOM writes it, with figures of one width and hyphens of their own: Inter's tabular figures widen the hyphen too. */
import { Fragment } from "react";
import { dateWords } from "@/model/dates";
import styles from "./day.module.css";

export function Day({ text }: { readonly text: string }) {
  return dateWords(text)
    .split("-")
    .map((part, place) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a day are told apart by their place alone
      <Fragment key={place}>
        {place > 0 && <span className={styles.hyphen}>-</span>}
        {part}
      </Fragment>
    ));
}
