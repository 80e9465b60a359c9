/** Which modalities: the usual ones to press, any other code to type (PS3.3 C.7.3.1.1.1). */
import { Popover } from "@mantine/core";
import { ChevronDown } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { Button } from "@/parts/button";
import styles from "./fields.module.css";

const USUAL = ["CT", "MR", "CR", "DX", "MG", "US", "XA", "RF", "NM", "PT", "SC", "OT", "SR", "PR", "KO", "SEG"];

interface Props {
  readonly modalities: readonly string[];
  readonly isDisabled: boolean;
  readonly onChange: (modalities: readonly string[]) => void;
}

export function ModalityField({ modalities, isDisabled, onChange }: Props) {
  const [isOpen, setOpen] = useState(false);
  const toggle = (code: string) => {
    onChange(modalities.includes(code) ? modalities.filter((one) => one !== code) : [...modalities, code]);
  };
  const others = modalities.filter((code) => !USUAL.includes(code));
  return (
    <div className={styles.field}>
      <span id="modality">Modality</span>
      <Popover opened={isOpen} onChange={setOpen} position="bottom-start" offset={4} trapFocus returnFocus>
        <Popover.Target>
          <button
            type="button"
            className={styles.input}
            disabled={isDisabled}
            aria-expanded={isOpen}
            aria-labelledby="modality modality-chosen"
            onClick={() => setOpen(!isOpen)}
          >
            <span id="modality-chosen" className={modalities.length && !isDisabled ? styles.chosen : styles.any}>
              {isDisabled ? "Belongs to a study" : modalities.join(", ") || "Any"}
            </span>
            <ChevronDown aria-hidden="true" />
          </button>
        </Popover.Target>
        <Popover.Dropdown p={0} w={260}>
          <div className={styles.grid}>
            {[...USUAL, ...others].map((code) => (
              <button
                key={code}
                type="button"
                className={styles.choice}
                aria-pressed={modalities.includes(code)}
                onClick={() => toggle(code)}
              >
                {code}
              </button>
            ))}
          </div>
          <div className={styles.foot}>
            <Other onAdd={(code) => !modalities.includes(code) && toggle(code)} />
            <Button small onClick={() => onChange([])} disabled={!modalities.length}>
              Any
            </Button>
          </div>
        </Popover.Dropdown>
      </Popover>
    </div>
  );
}

function Other({ onAdd }: { readonly onAdd: (code: string) => void }) {
  const [text, setText] = useState("");
  const add = (event: KeyboardEvent) => {
    const code = text.trim().toUpperCase();
    if (event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    if (/^[A-Z0-9 _]{1,16}$/.test(code)) onAdd(code);
    setText("");
  };
  return (
    <input
      className={styles.input}
      placeholder="Another code, Enter"
      aria-label="Another modality"
      maxLength={16}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={add}
    />
  );
}
