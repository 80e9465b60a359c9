/**
 * A person's name and identifier as they are shown everywhere: text that cannot reorder what stands around it, the caret dimmed and
 * never removed, age and sex behind it in the caption colour, masked while names are off.
 */
import { Fragment } from "react";
import { usePrivacy } from "@/model/privacy";
import styles from "./person_name.module.css";

interface Props {
  /** As DICOM writes it (PS3.5 6.2, PN); the alphabetic group is shown, or the first that says something. */
  readonly name: string;
  readonly age?: number | undefined;
  readonly sex?: string | undefined;
}

export function PersonName({ name, age, sex }: Props) {
  const shown = usePrivacy((now) => now.names);
  const text = name.split("=").find((group) => group.trim()) ?? "";
  const parts = text.split("^").map((part) => part.trim());
  while (parts.length > 1 && !parts.at(-1)) parts.pop();
  const behind = [age === undefined ? "" : `${age} y`, sex ?? ""].filter(Boolean).join(" ");
  return (
    <span className={styles.person}>
      <bdi className={styles.name}>{shown ? withCarets(parts) : text ? "•••••" : "no name"}</bdi>
      {behind && <span className={styles.behind}>{behind}</span>}
    </span>
  );
}

function withCarets(parts: readonly string[]) {
  if (parts.length === 1 && !parts[0]) return "no name";
  return parts.map((part, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the components of a name are told apart by their place alone
    <Fragment key={place}>
      {place > 0 && <span className={styles.caret}>^</span>}
      {part}
    </Fragment>
  ));
}

/** An identifier of a patient or an accession: monospaced, isolated, masked while names are off. */
export function Identifier({ text }: { readonly text: string }) {
  const shown = usePrivacy((now) => now.names);
  return <bdi className="mono">{shown || !text ? text : "•••"}</bdi>;
}
