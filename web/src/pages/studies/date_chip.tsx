/** When the study was made: a day or a span by a click, or any two days. */

import { Check } from "lucide-react";
import { useId } from "react";
import { dateWords } from "@/model/dates";
import { Chip } from "./chip";
import styles from "./chip.module.css";
import { dateLabel, type Filters, isPreset, PRESETS, type Span } from "./filters";

interface Props {
  readonly date: Filters["date"];
  readonly onChange: (date: Filters["date"]) => void;
}

export function DateChip({ date, onChange }: Props) {
  const span: Span = date && !isPreset(date) ? date : { from: "", to: "" };
  return (
    <Chip label="Study date" value={date ? dateLabel(date) : ""} onClear={() => onChange(undefined)}>
      {(close) => (
        <div className={styles.list}>
          {PRESETS.map((preset) => (
            <button
              key={preset}
              type="button"
              className={styles.option}
              aria-pressed={preset === date}
              onClick={() => {
                onChange(preset);
                close();
              }}
            >
              {preset === date ? <Check aria-hidden="true" /> : <span className={styles.tickless} />}
              {dateLabel(preset)}
            </button>
          ))}
          <div className={styles.span}>
            <Day label="From" value={span.from} onChange={(from) => onChange(spanned({ ...span, from }))} />
            <Day label="To" value={span.to} onChange={(to) => onChange(spanned({ ...span, to }))} />
          </div>
        </div>
      )}
    </Chip>
  );
}

function spanned(span: Span): Span | undefined {
  return span.from || span.to ? span : undefined;
}

function Day({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="date"
        className={styles.field}
        value={value ? dateWords(value) : ""}
        onChange={(event) => onChange(event.target.value.replaceAll("-", ""))}
      />
    </div>
  );
}
