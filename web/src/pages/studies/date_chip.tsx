/** When the study was made: a day or a span by a click, or any two days, typed or chosen. */
import { Check } from "lucide-react";
import { lazy, type ReactNode, Suspense, useEffect, useId, useState } from "react";
import { dateWords } from "@/model/dates";
import { Chip } from "./chip";
import styles from "./chip.module.css";
import { dateLabel, type Filters, isPreset, PRESETS, readDay, type Span } from "./filters";

// without the month, as after an update of the house under an open page, days can still be typed
const Calendar = lazy(() => import("./calendar").catch(() => ({ default: (): ReactNode => null })));

interface Props {
  readonly date: Filters["date"];
  readonly onChange: (date: Filters["date"]) => void;
}

export function DateChip({ date, onChange }: Props) {
  const span: Span = date && !isPreset(date) ? date : { from: "", to: "" };
  const change = (next: Span) => onChange(next.from || next.to ? next : undefined);
  return (
    <Chip label="Study date" value={date ? dateLabel(date) : ""} onClear={() => onChange(undefined)}>
      {(close) => (
        <div className={styles.days}>
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
          </div>
          <div className={styles.span}>
            <div className={styles.ends}>
              <Day label="From" value={span.from} onChange={(from) => change({ ...span, from })} />
              <Day label="To" value={span.to} onChange={(to) => change({ ...span, to })} />
            </div>
            <Suspense fallback={<div className={styles.month} />}>
              <div className={styles.month}>
                <Calendar span={span} onChange={change} />
              </div>
            </Suspense>
          </div>
        </div>
      )}
    </Chip>
  );
}

interface DayProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** A day as it is typed; it counts once it is one, or empty. */
function Day({ label, value, onChange }: DayProps) {
  const id = useId();
  const [typed, setTyped] = useState(value && dateWords(value));
  useEffect(() => setTyped((before) => (readDay(before) === value ? before : value && dateWords(value))), [value]);
  const isOdd = readDay(typed) === undefined;
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className={styles.field}
        inputMode="numeric"
        placeholder="2026-01-31"
        autoComplete="off"
        maxLength={10}
        value={typed}
        aria-invalid={isOdd && typed.length >= 10}
        onChange={(event) => {
          setTyped(event.target.value);
          const day = readDay(event.target.value);
          if (day !== undefined) onChange(day);
        }}
      />
    </div>
  );
}
