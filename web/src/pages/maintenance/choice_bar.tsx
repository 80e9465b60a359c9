/** The choice between both: for this one or for all that are decided with it, with a second look that says what is lost. */
import { useEffect, useRef, useState } from "react";
import { change } from "@/api/http";
import type { ChoiceWords, SetAsideWords } from "@/api/words";
import { count, counted } from "@/base/text";
import { Button } from "@/parts/button";
import { Confirm } from "@/parts/confirm";
import { ProgressBar } from "@/parts/progress_bar";
import styles from "./choice_bar.module.css";
import type { Group } from "./contradictions";

interface Props {
  readonly item: SetAsideWords;
  readonly group: Group;
  readonly choices: readonly ChoiceWords[];
  /** From now on the list has to stay as it is, since those that are decided leave it one by one. */
  readonly onDeciding: () => void;
  readonly onDecided: () => Promise<void>;
}

export function ChoiceBar({ item, group, choices, onDeciding, onDecided }: Props) {
  const [all, setAll] = useState(group.items.length > 1);
  const [asking, setAsking] = useState<ChoiceWords>();
  const items = all ? group.items : [item];
  return (
    <footer className={styles.bar}>
      {group.items.length > 1 && (
        <label className={styles.all}>
          <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} />
          All {count(group.items.length)} of this kind
        </label>
      )}
      <p className={styles.words}>{without(choices)}</p>
      {choices.map((choice) => (
        <Button key={choice.choice} onClick={() => setAsking(choice)}>
          {ACTS[choice.choice]}
        </Button>
      ))}
      {asking && (
        <Ask choice={asking} items={items} onClose={() => setAsking(undefined)} onDeciding={onDeciding} onDecided={onDecided} />
      )}
    </footer>
  );
}

const ACTS: Readonly<Record<ChoiceWords["choice"], string>> = { old: "Keep the old…", new: "Use the new…", both: "Keep both…" };

/** Why it cannot take the place of what is here. */
function without(choices: readonly ChoiceWords[]): string {
  return choices.length > 0 && choices.every((one) => one.choice !== "new")
    ? "No image here has its UID, so it can replace none."
    : "";
}

const QUESTIONS: Readonly<Record<ChoiceWords["choice"], { readonly question: string; readonly act: (images: string) => string }>> =
  {
    old: { question: "Keep what is in the archive?", act: (images) => `Remove ${images} set aside` },
    new: { question: "Use what was set aside?", act: (images) => `Replace ${images}` },
    both: { question: "Keep both?", act: (images) => `File ${images} under new UIDs` },
  };

interface AskProps {
  readonly choice: ChoiceWords;
  readonly items: readonly SetAsideWords[];
  readonly onClose: () => void;
  readonly onDeciding: () => void;
  readonly onDecided: () => Promise<void>;
}

function Ask({ choice, items, onClose, onDeciding, onDecided }: AskProps) {
  const [done, setDone] = useState(0);
  const stopped = useRef(false);
  useEffect(() => {
    stopped.current = false;
    return () => {
      stopped.current = true;
    };
  }, []);
  const images = counted(items.length, "image");
  const decide = async () => {
    onDeciding();
    for (const [place, one] of items.entries()) {
      if (stopped.current) return;
      if (place < done) continue; // decided before one was refused
      await change("POST", `/api/set-aside/${one.id}/choose`, { choice: choice.choice });
      setDone(place + 1);
    }
  };
  const close = () => {
    stopped.current = true;
    onClose();
    // some may have been decided before one was refused
    void onDecided();
  };
  const { question, act } = QUESTIONS[choice.choice];
  return (
    <Confirm question={question} act={act(images)} danger={choice.choice !== "both"} onAct={decide} onClose={close}>
      <p>{choice.sentence}</p>
      {items.length > 1 && <p>That is done with {images}, one after the other.</p>}
      <p>It cannot be undone.</p>
      {done > 0 && items.length > 1 && <ProgressBar done={done} total={items.length} label="Deciding" />}
    </Confirm>
  );
}
