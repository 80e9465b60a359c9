/** Who knows whom (`GET /api/acquaintances`): what is known of each pair, and how it is shown. The empty name is this device. */
import type { FactWords } from "@/api/words";
import { ago } from "@/base/text";

export type Knowing = FactWords["knowing"];

/** What each state is called in the legend, in the order in which they are told. */
export const STATES: readonly (readonly [Knowing, string])[] = [
  ["works", "works"],
  ["set", "entered, not tried"],
  ["wrong", "entered wrongly"],
  ["fails", "does not work"],
  ["not", "not entered there"],
];

const SOURCES: Readonly<Record<FactWords["source"], string>> = {
  entry: "from its entry here",
  echo: "from a C-ECHO of ours",
  call: "from its call",
  door: "from a call that was turned away",
  report: "from a kept report",
  list: "from its own list",
};

export interface Person {
  /** Empty for this device. */
  readonly name: string;
  readonly title: string;
}

export class Company {
  private readonly facts: ReadonlyMap<string, FactWords>;

  constructor(facts: readonly FactWords[]) {
    this.facts = new Map(facts.map((fact) => [keyOf(fact.of, fact.to), fact]));
  }

  /** What is known of `of` knowing `to`; undefined where nothing is. */
  between(of: string, to: string): FactWords | undefined {
    return this.facts.get(keyOf(of, to));
  }

  /** The pairs that work one way only, each once: the way that does not work. */
  oneSided(): readonly FactWords[] {
    return [...this.facts.values()].filter(
      (fact) => fact.one_sided && (fact.knowing === "wrong" || fact.knowing === "fails" || fact.knowing === "not"),
    );
  }
}

function keyOf(of: string, to: string): string {
  return `${of}\n${to}`;
}

/** Of whom a square is drawn at most: more cannot be looked over, and each one is a row of cells. */
export const SHOWN_MAX = 60;

/** Those who are shown: whoever fits what is typed, one-sided ones first where there are too many; this device always. */
export function shown(people: readonly Person[], company: Company, typed: string): readonly Person[] {
  const wanted = typed.trim().toLowerCase();
  const fits = people.filter((one) => one.name === "" || `${one.name} ${one.title}`.toLowerCase().includes(wanted));
  if (fits.length <= SHOWN_MAX) return fits;
  const broken = new Set(company.oneSided().flatMap((fact) => [fact.of, fact.to]));
  const first = new Set([...fits].sort((one, other) => rank(other, broken) - rank(one, broken)).slice(0, SHOWN_MAX));
  return fits.filter((one) => first.has(one));
}

function rank(one: Person, broken: ReadonlySet<string>): number {
  return one.name === "" ? 2 : broken.has(one.name) ? 1 : 0;
}

/** "This device" or a node's name. */
export function named(name: string): string {
  return name || "This device";
}

/** A fact as a sentence: "CT room 2 calls us ISOCENTRE, and we are ISOCENTER". */
export function sentence(fact: FactWords): string {
  return `${fact.of ? fact.of : "We"} ${fact.words}`;
}

/** When and from what that is known: "from its call, 4 min ago; last worked 09:12". */
export function known(fact: FactWords, now: Date): string {
  const parts = [SOURCES[fact.source]];
  if (fact.tested) parts[0] += `, ${ago(new Date(fact.tested), now)}`;
  if (fact.success && fact.success !== fact.tested) parts.push(`last worked ${ago(new Date(fact.success), now)}`);
  return parts.join("; ");
}

/** What a screen reader says of a cell. */
export function told(fact: FactWords | undefined, of: string, to: string): string {
  if (of === to) return "the same device";
  if (!fact) return `${named(of)} to ${named(to)}: not known`;
  const state = STATES.find(([knowing]) => knowing === fact.knowing)?.[1] ?? "";
  return `${named(of)} to ${named(to)}: ${state}${fact.one_sided ? ", one-sided" : ""}`;
}

/** Row and column of a pair; -1 for who is not among those shown. */
export function placeOf(people: readonly Person[], pair: readonly [string, string]): readonly [number, number] {
  const at = (name: string) => people.findIndex((one) => one.name === name);
  return [at(pair[0]), at(pair[1])];
}

/** The next place of the hand in a square of so many, after a key; undefined for a key that does not move it. */
export function moved(key: string, [row, column]: readonly [number, number], size: number): readonly [number, number] | undefined {
  const last = size - 1;
  const at = (one: number) => Math.max(0, Math.min(last, one));
  switch (key) {
    case "ArrowUp":
      return [at(row - 1), column];
    case "ArrowDown":
      return [at(row + 1), column];
    case "ArrowLeft":
      return [row, at(column - 1)];
    case "ArrowRight":
      return [row, at(column + 1)];
    case "Home":
      return [row, 0];
    case "End":
      return [row, last];
  }
  return undefined;
}
