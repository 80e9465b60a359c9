/** The command palette (Ctrl-K): every page, and what the pages offer, found by typing. */
import { Modal } from "@mantine/core";
import { type KeyboardEvent, useEffect, useMemo, useState } from "react";
import { useNavigate } from "react-router";
import { type Command, openPalette, usePalette } from "@/parts/palette";
import styles from "./palette_dialog.module.css";

const PAGES = [
  ["/", "Studies"],
  ["/query", "Query and retrieve"],
  ["/network", "Network: nodes and callers"],
  ["/network?view=company", "Network: who knows whom"],
  ["/network?view=heartbeat", "Network: heartbeat, maintenance, alerts"],
  ["/connections", "Connections: doctor, setup and test"],
  ["/connections?view=add", "Add a device, step by step"],
  ["/activity", "Activity: log, associations, jobs"],
  ["/maintenance", "Maintenance: disk, check, reindex, set aside"],
] as const;

/** At once: what is typed before the dialog has come to rest is typed into it. */
const focus = (field: HTMLInputElement | null) => field?.focus();

const close = () => usePalette.setState({ isOpen: false });

export function PaletteDialog() {
  const isOpen = usePalette((now) => now.isOpen);
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        openPalette();
      }
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
  return isOpen ? <Open /> : null;
}

function Open() {
  const navigate = useNavigate();
  const offered = usePalette((now) => now.commands);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const all = useMemo(() => {
    const pages: Command[] = PAGES.map(([to, words]) => ({ id: to, words, group: "Page", run: () => navigate(to) }));
    return [...pages, ...[...offered.values()].flat()];
  }, [navigate, offered]);
  const matching = all.filter((command) => matches(command, text));
  const found = [
    ...matching.filter((command) => begins(command, text)),
    ...matching.filter((command) => !begins(command, text)),
  ].slice(0, 12);
  const chosen = Math.min(at, found.length - 1);
  const run = (command: Command | undefined) => {
    if (!command || command.refusal?.()) return;
    close();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt((chosen + 1) % Math.max(1, found.length));
    else if (event.key === "ArrowUp") setAt((chosen + found.length - 1) % Math.max(1, found.length));
    else if (event.key === "Enter") run(found[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <Modal
      opened
      onClose={close}
      transitionProps={{ duration: 0 }}
      withCloseButton={false}
      padding={0}
      size={560}
      yOffset="12vh"
      aria-label="Find or do"
    >
      <input
        ref={focus}
        className={styles.input}
        data-autofocus
        role="combobox"
        aria-expanded="true"
        aria-controls="palette"
        aria-activedescendant={found[chosen] ? `palette-${chosen}` : undefined}
        aria-label="Find or do"
        placeholder="A page, a study, a node, an action"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id="palette" role="listbox" aria-label="What can be done" className={styles.list}>
        {found.map((command, place) => (
          <Option
            key={`${command.group} ${command.id}`}
            command={command}
            place={place}
            isChosen={place === chosen}
            onChoose={() => setAt(place)}
            onRun={() => run(command)}
          />
        ))}
        {found.length === 0 && <p className={styles.nothing}>Nothing here is called so.</p>}
      </div>
    </Modal>
  );
}

interface OptionProps {
  readonly command: Command;
  readonly place: number;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
  readonly onRun: () => void;
}

/** One line; where it cannot be done now, the reason stands beside it. */
function Option({ command, place, isChosen, onChoose, onRun }: OptionProps) {
  const refusal = command.refusal?.() ?? "";
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field above
    <div
      id={`palette-${place}`}
      role="option"
      tabIndex={-1}
      aria-selected={isChosen}
      aria-disabled={refusal !== "" || undefined}
      className={styles.option}
      onMouseMove={onChoose}
      onClick={onRun}
    >
      <bdi>{command.words}</bdi>
      <span>{refusal || command.group}</span>
    </div>
  );
}

function matches(command: Command, text: string): boolean {
  const words = command.words.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((part) => words.includes(part));
}

/** What begins with what was typed comes before what has it somewhere. */
function begins(command: Command, text: string): boolean {
  return command.words.toLowerCase().startsWith(text.toLowerCase());
}
