/** The square: one stop of the tab key, arrows move, each cell says what is known in a shape and for screen readers in words. */
import { type KeyboardEvent, useRef } from "react";
import type { FactWords } from "@/api/words";
import { Lamp, type LampState } from "@/parts/lamp";
import styles from "./company.module.css";
import { type Company, type Knowing, moved, named, type Person, placeOf, STATES, told } from "./knowing";

interface Props {
  readonly people: readonly Person[];
  readonly company: Company;
  readonly pair: readonly [string, string];
  readonly onChoose: (of: string, to: string) => void;
}

const LAMPS: Readonly<Record<Knowing, LampState>> = { works: "good", set: "unknown", wrong: "partly", fails: "bad", not: "bad" };

interface ShapeProps {
  readonly knowing: Knowing;
  /** The other way works: then a cross is a fault, and else it is what most pairs are. */
  readonly isOneSided?: boolean;
}

/** One state as its shape; who is not entered anywhere is a cross, so that it is not taken for one that was tried. */
export function Shape({ knowing, isOneSided = false }: ShapeProps) {
  if (knowing !== "not") return <Lamp state={LAMPS[knowing]} />;
  return (
    <svg className={styles.cross} data-one-sided={isOneSided} width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
      <path d="M2.5 2.5l7 7M9.5 2.5l-7 7" stroke="currentColor" strokeWidth="1.75" />
    </svg>
  );
}

export function Matrix({ people, company, pair, onChoose }: Props) {
  const table = useRef<HTMLTableElement>(null);
  const [row, column] = placeOf(people, pair);
  // where the chosen pair is not among those shown, the tab key comes to the first cell, and nothing is marked
  const hand: readonly [number, number] = [Math.max(0, row), Math.max(0, column)];
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = moved(event.key, hand, people.length);
    if (!next) return;
    event.preventDefault();
    onChoose(people[next[0]]?.name ?? "", people[next[1]]?.name ?? "");
    table.current?.querySelector<HTMLElement>(`[data-cell="${next[0]},${next[1]}"]`)?.focus();
  };
  return (
    <>
      <div className={styles.scroller}>
        {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose cells are walked by arrows is a grid */}
        <table ref={table} className={styles.matrix} role="grid" aria-label="Who knows whom" onKeyDown={onKeyDown}>
          <thead>
            <tr>
              <th scope="col" className={styles.corner}>
                <span>knows</span>
              </th>
              {people.map((one, place) => (
                <th key={one.name} scope="col" data-chosen={place === column}>
                  <span title={named(one.name)}>
                    <bdi>{one.name || "This device"}</bdi>
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {people.map((one, line) => (
              <tr key={one.name}>
                <th scope="row" data-chosen={line === row} title={named(one.name)}>
                  <bdi>{one.name || "This device"}</bdi>
                  <bdi className="mono">{one.title}</bdi>
                </th>
                {people.map((other, place) => (
                  <Cell
                    key={other.name}
                    fact={company.between(one.name, other.name)}
                    of={one.name}
                    to={other.name}
                    at={`${line},${place}`}
                    chosen={line === row && place === column}
                    isStop={line === hand[0] && place === hand[1]}
                    back={line === column && place === row && line !== place}
                    onChoose={onChoose}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Legend />
    </>
  );
}

interface CellProps {
  readonly fact: FactWords | undefined;
  readonly of: string;
  readonly to: string;
  readonly at: string;
  readonly chosen: boolean;
  /** The tab key comes to this one. */
  readonly isStop: boolean;
  /** It is the way back of the chosen one. */
  readonly back: boolean;
  readonly onChoose: (of: string, to: string) => void;
}

function Cell({ fact, of, to, at, chosen, isStop, back, onChoose }: CellProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the grid around it
    <td
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a cell of a table that is a grid
      role="gridcell"
      data-cell={at}
      data-same={of === to}
      data-chosen={chosen}
      data-back={back}
      data-one-sided={fact?.one_sided ?? false}
      tabIndex={isStop ? 0 : -1}
      aria-selected={chosen}
      aria-label={told(fact, of, to)}
      title={told(fact, of, to)}
      onClick={() => onChoose(of, to)}
    >
      {of !== to && (fact ? <Shape knowing={fact.knowing} isOneSided={fact.one_sided} /> : <i>·</i>)}
    </td>
  );
}

function Legend() {
  return (
    <ul className={styles.legend} aria-label="What the shapes mean">
      {STATES.map(([knowing, words]) => (
        <li key={knowing}>
          <Shape knowing={knowing} /> {words}
        </li>
      ))}
      <li>
        <i>·</i> not known
      </li>
      <li>
        <b /> one-sided
      </li>
    </ul>
  );
}
