/** The ladder: each layer with what it saw and how long that took; those not reached keep their number, and say what they are. */
import { Tooltip } from "@mantine/core";
import { Check, Minus, TriangleAlert, X } from "lucide-react";
import { Dimse } from "@/parts/dimse";
import styles from "./ladder.module.css";
import { LAYERS, type LayerName, TERMS } from "./layers";
import type { Rung } from "./rungs";
import { Sentence } from "./sentence";
import { milliseconds } from "./spell";

interface Props {
  readonly rungs: readonly Rung[];
  /** Titles and addresses that may stand in their words. */
  readonly names?: readonly string[];
  /** What stands in place of a layer's usual name, such as the class of the test image. */
  readonly called?: Partial<Record<LayerName, string>>;
  /** The layers of which there is something to see, and the one that is looked at. */
  readonly seen?: ReadonlySet<LayerName>;
  readonly shown?: LayerName | undefined;
  readonly onShow?: (layer: LayerName) => void;
}

/** What each outcome is called. */
export const SAID: Readonly<Record<Rung["outcome"], string>> = {
  passed: "passed",
  warned: "passed with a warning",
  failed: "failed",
  skipped: "left out",
  untried: "not reached",
  running: "under way",
};

const NOTHING: ReadonlySet<LayerName> = new Set();

export function Ladder({ rungs, names = [], called = {}, seen = NOTHING, shown, onShow }: Props) {
  return (
    <ol className={styles.ladder} aria-label="Layers">
      {rungs.map((rung, place) => (
        <li key={rung.layer} data-outcome={rung.outcome} aria-current={rung.outcome === "running" ? "step" : undefined}>
          <span className={styles.box} aria-hidden="true">
            <Mark outcome={rung.outcome} place={place + 1} />
          </span>
          <div className={styles.words}>
            <Tooltip label={LAYERS[rung.layer].sentence} multiline w={280} events={{ hover: true, focus: true, touch: true }}>
              {seen.has(rung.layer) ? (
                <button
                  type="button"
                  className={styles.name}
                  aria-pressed={rung.layer === shown}
                  onClick={() => onShow?.(rung.layer)}
                >
                  <Dimse name={called[rung.layer] ?? LAYERS[rung.layer].name} />
                </button>
              ) : (
                // biome-ignore lint/a11y/noNoninteractiveTabindex: the sentence has to be reachable by keyboard
                <span className={styles.name} tabIndex={0} data-term={TERMS.has(rung.layer) || undefined}>
                  <Dimse name={called[rung.layer] ?? LAYERS[rung.layer].name} />
                </span>
              )}
            </Tooltip>
            <span className="visually-hidden">, {SAID[rung.outcome]}</span>
            {rung.words && (
              <p>
                <Sentence text={rung.words} names={names} />
              </p>
            )}
          </div>
          {rung.milliseconds !== null && <span className={styles.time}>{milliseconds(rung.milliseconds)}</span>}
        </li>
      ))}
    </ol>
  );
}

function Mark({ outcome, place }: { readonly outcome: Rung["outcome"]; readonly place: number }) {
  if (outcome === "passed") return <Check />;
  if (outcome === "warned") return <TriangleAlert />;
  if (outcome === "failed") return <X />;
  if (outcome === "skipped") return <Minus />;
  return place;
}
