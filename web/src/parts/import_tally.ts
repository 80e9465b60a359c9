/**
 * What becomes of files that are brought, summed: how many of each outcome, and why some did not go in, by reason.
 *
 * Lines of `POST /api/import` come in, a `Tally` and how fast it goes come out. Pure: whoever has a clock hands in the moments.
 */

export type Outcome = "stored" | "there already" | "set aside" | "refused" | "left out";

export const OUTCOMES: readonly Outcome[] = ["stored", "there already", "set aside", "refused", "left out"];

/** One line of the answer: an outcome, or how many of them are `expected`, or at the end the `summary` with the studies. */
export interface ImportLine {
  readonly expected?: number;
  readonly path?: string;
  readonly outcome?: Outcome;
  readonly why?: string;
  readonly summary?: string;
  readonly studies?: readonly string[];
}

/** Files that came to the same end for the same reason; `paths` are the first of them. */
export interface Reason {
  readonly outcome: Outcome;
  readonly why: string;
  readonly count: number;
  readonly paths: readonly string[];
}

export interface Tally {
  readonly counts: Readonly<Record<Outcome, number>>;
  readonly reasons: ReadonlyMap<string, Reason>;
  /** How many had a reason for which there was no room in `reasons`. */
  readonly more: number;
  readonly studies: ReadonlySet<string>;
}

const REASONS_MAX = 300;
const PATHS_MAX = 200;

export const NOTHING: Tally = {
  counts: { stored: 0, "there already": 0, "set aside": 0, refused: 0, "left out": 0 },
  reasons: new Map(),
  more: 0,
  studies: new Set(),
};

/** The sum with some lines more. */
export function counted(tally: Tally, lines: readonly ImportLine[]): Tally {
  const counts = { ...tally.counts };
  const reasons = new Map(tally.reasons);
  const studies = new Set(tally.studies);
  let more = tally.more;
  for (const line of lines) {
    for (const uid of line.studies ?? []) studies.add(uid);
    if (!line.outcome) continue;
    counts[line.outcome] += 1;
    if (!line.why) continue;
    const key = `${line.outcome} ${line.why}`;
    const before = reasons.get(key);
    if (!before && reasons.size >= REASONS_MAX) more += 1;
    else reasons.set(key, withPath(before ?? { outcome: line.outcome, why: line.why, count: 0, paths: [] }, line.path ?? ""));
  }
  return { counts, reasons, more, studies };
}

function withPath(reason: Reason, path: string): Reason {
  const paths = reason.paths.length < PATHS_MAX ? [...reason.paths, path] : reason.paths;
  return { ...reason, count: reason.count + 1, paths };
}

/** Everything that came to an end so far. */
export function total(tally: Tally): number {
  return OUTCOMES.reduce((sum, outcome) => sum + tally.counts[outcome], 0);
}

/** A moment in seconds, and how many bytes had gone by then. */
export type Sample = readonly [seconds: number, bytes: number];

const WINDOW_SECONDS = 4;

/** The samples of the last seconds with one more. */
export function sampled(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const first = samples.findIndex(([seconds]) => seconds >= sample[0] - WINDOW_SECONDS);
  return [...(first < 0 ? [] : samples.slice(first)), sample];
}

/** Bytes a second over the samples; undefined while it cannot be told. */
export function rate(samples: readonly Sample[]): number | undefined {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last || last[0] - first[0] < 0.4) return undefined;
  return (last[1] - first[1]) / (last[0] - first[0]);
}
