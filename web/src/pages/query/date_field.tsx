/** On which days: presets with one click, or any two days. */
import { Popover } from "@mantine/core";
import { DatePicker } from "@mantine/dates";
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import styles from "./fields.module.css";
import { DATES, datesWords } from "./question";

interface Props {
  readonly dates: string;
  readonly isDisabled: boolean;
  readonly onChange: (dates: string) => void;
}

type Ends = [string | null, string | null];

export function DateField({ dates, isDisabled, onChange }: Props) {
  const [isOpen, setOpen] = useState(false);
  const choose = (value: string) => {
    onChange(value);
    setOpen(false);
  };
  return (
    <div className={styles.field}>
      <span id="study-date">Study date</span>
      <Popover opened={isOpen} onChange={setOpen} position="bottom-start" offset={4} trapFocus returnFocus>
        <Popover.Target>
          <button
            type="button"
            className={styles.input}
            disabled={isDisabled}
            aria-expanded={isOpen}
            aria-labelledby="study-date study-date-chosen"
            onClick={() => setOpen(!isOpen)}
          >
            <span id="study-date-chosen" className={dates && !isDisabled ? styles.chosen : styles.any}>
              {isDisabled ? "Belongs to a study" : datesWords(dates)}
            </span>
            <ChevronDown aria-hidden="true" />
          </button>
        </Popover.Target>
        <Popover.Dropdown p={0}>
          <div className={styles.choices}>
            <Choice words="Any" isChosen={!dates} onChoose={() => choose("")} />
            {Object.entries(DATES).map(([name, { words }]) => (
              <Choice key={name} words={words} isChosen={dates === name} onChoose={() => choose(name)} />
            ))}
          </div>
          <Between dates={dates} onChange={onChange} />
        </Popover.Dropdown>
      </Popover>
    </div>
  );
}

function Choice({
  words,
  isChosen,
  onChoose,
}: {
  readonly words: string;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}) {
  return (
    <button type="button" className={styles.choice} aria-pressed={isChosen} onClick={onChoose}>
      {words}
    </button>
  );
}

function Between({ dates, onChange }: { readonly dates: string; readonly onChange: (dates: string) => void }) {
  const [ends, setEnds] = useState<Ends>(endsOf(dates));
  const change = (found: Ends) => {
    setEnds(found);
    const [from, to] = found.map((day) => day?.replaceAll("-", "") ?? "");
    if (from && to) onChange(`${from}-${to}`);
  };
  return (
    <div className={styles.between}>
      <span>Between two days</span>
      <DatePicker
        weekendDays={[]}
        type="range"
        allowSingleDateInRange
        value={ends}
        onChange={change}
        aria-label="Between two days"
      />
    </div>
  );
}

function endsOf(dates: string): Ends {
  const found = /^(\d{8})-(\d{8})$/.exec(dates);
  const day = (text: string | undefined) => (text ? `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}` : null);
  return [day(found?.[1]), day(found?.[2])];
}
