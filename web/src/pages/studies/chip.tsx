/**
 * One filter of the list as a chip: what it filters by, and when it is set, its value on the tint with a cross of its own.
 *
 * A click opens what the chip asks: a text, some of a list, or days. Everything takes effect as it is entered.
 */
import { Popover } from "@mantine/core";
import { Check, ChevronDown, X } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import styles from "./chip.module.css";
import { useTyped } from "./typed";

interface Props {
  readonly label: string;
  /** In words; empty where the filter is not set. */
  readonly value: string;
  readonly onClear: () => void;
  /** Open from the start: the chip was just added. */
  readonly isOpen?: boolean;
  readonly children: (close: () => void) => ReactNode;
}

export function Chip({ label, value, onClear, isOpen = false, children }: Props) {
  const [opened, setOpened] = useState(isOpen);
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" offset={4} trapFocus returnFocus withinPortal>
      <span className={`${styles.chip} ${value ? styles.set : ""}`}>
        <Popover.Target>
          <button type="button" className={styles.word} onClick={() => setOpened(!opened)}>
            <span>{value ? <bdi>{value}</bdi> : label}</span>
            {!value && <ChevronDown aria-hidden="true" />}
          </button>
        </Popover.Target>
        {value && (
          <button
            type="button"
            className={styles.cross}
            aria-label={`Any ${label.toLowerCase()}: clear ${value}`}
            onClick={onClear}
          >
            <X aria-hidden="true" />
          </button>
        )}
      </span>
      <Popover.Dropdown p={0} aria-label={label}>
        {children(() => setOpened(false))}
      </Popover.Dropdown>
    </Popover>
  );
}

/** A part of a text; Enter closes. */
export function TextQuestion(props: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onDone: () => void;
}) {
  const id = useId();
  const [typed, type] = useTyped(props.value, props.onChange);
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        props.onDone();
      }}
    >
      <label htmlFor={id}>{props.label}</label>
      <input
        id={id}
        data-autofocus
        className={styles.field}
        value={typed}
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => type(event.target.value)}
      />
    </form>
  );
}

/** Some of a list, each ticked or not. */
export function ListQuestion(props: {
  readonly options: readonly string[];
  readonly chosen: readonly string[];
  readonly words?: (option: string) => string;
  readonly onChange: (chosen: readonly string[]) => void;
}) {
  if (!props.options.length) return <p className={styles.none}>There is nothing to choose from yet.</p>;
  return (
    <div className={styles.list}>
      {props.options.map((option) => {
        const isChosen = props.chosen.includes(option);
        const rest = props.chosen.filter((one) => one !== option);
        return (
          // biome-ignore lint/a11y/useSemanticElements: drawn as a list with ticks
          <button
            key={option}
            type="button"
            role="checkbox"
            aria-checked={isChosen}
            className={styles.option}
            onClick={() => props.onChange(isChosen ? rest : [...rest, option])}
          >
            {isChosen ? <Check aria-hidden="true" /> : <span className={styles.tickless} />}
            <bdi>{props.words ? props.words(option) : option}</bdi>
          </button>
        );
      })}
    </div>
  );
}
