/** What to look for, in one row: a name, identifiers, days, modalities. Enter searches. */
import { type FormEvent, type KeyboardEvent, useEffect, useRef } from "react";
import { Button } from "@/parts/button";
import { DateField } from "./date_field";
import styles from "./fields.module.css";
import { ModalityField } from "./modality_field";
import { type Fields, type Level, withoutKey } from "./question";

interface Props {
  readonly level: Level;
  readonly fields: Fields;
  readonly onChange: (fields: Fields) => void;
  readonly onSearch: () => void;
  /** Search is the one primary button until something is selected. */
  readonly isPrimary: boolean;
  readonly isBusy: boolean;
}

export function FieldRow({ level, fields, onChange, onSearch, isPrimary, isBusy }: Props) {
  const missing = withoutKey(level);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      first.current?.focus();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSearch();
  };
  const text = (field: "name" | "id" | "accession") => ({
    value: missing.has(field) ? "" : fields[field],
    disabled: missing.has(field),
    placeholder: missing.has(field) ? "Belongs to a study" : "Any",
    onChange: (event: { target: { value: string } }) => onChange({ ...fields, [field]: event.target.value }),
    onKeyDown: (event: KeyboardEvent<HTMLInputElement>) => {
      if (event.key === "Escape" && fields[field]) {
        event.stopPropagation();
        onChange({ ...fields, [field]: "" });
      }
    },
  });
  return (
    <form className={styles.row} onSubmit={submit} aria-label="What to look for">
      <label className={styles.field}>
        <span>Patient name</span>
        <input
          ref={first}
          className={styles.input}
          maxLength={324}
          spellCheck={false}
          autoComplete="off"
          aria-keyshortcuts="/"
          {...text("name")}
        />
      </label>
      <label className={styles.field}>
        <span>Patient ID</span>
        <input className={styles.input} maxLength={64} spellCheck={false} autoComplete="off" {...text("id")} />
      </label>
      <label className={styles.field}>
        <span>Accession</span>
        <input className={styles.input} maxLength={16} spellCheck={false} autoComplete="off" {...text("accession")} />
      </label>
      <DateField dates={fields.dates} isDisabled={missing.has("dates")} onChange={(dates) => onChange({ ...fields, dates })} />
      <ModalityField
        modalities={fields.modalities}
        isDisabled={missing.has("modalities")}
        onChange={(modalities) => onChange({ ...fields, modalities })}
      />
      <Button type="submit" kind={isPrimary ? "primary" : "default"} className={styles.search} disabled={isBusy}>
        Search
      </Button>
    </form>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
