/** The answers of a node over the last hours, as what is drawn: runs of answered echoes, and the stretches in which it did not answer. */
import type { AnswerWords } from "@/api/words";

export interface Point {
  /** 0 is the beginning of the time shown, 1 is now. */
  readonly x: number;
  readonly milliseconds: number;
}

export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly began: Date;
}

export interface Chart {
  readonly runs: readonly (readonly Point[])[];
  readonly silent: readonly Stretch[];
  readonly asked: number;
  readonly answered: number;
  readonly median: number | undefined;
  /** The top of the scale, a round number of milliseconds. */
  readonly top: number;
}

/** As many hours as are worth showing: four, or less while nothing is that old. */
export function span(answers: readonly AnswerWords[], now: Date): number {
  const first = answers[0];
  const hours = first ? (now.getTime() - new Date(first.moment).getTime()) / 3_600_000 : 4;
  return [0.25, 1, 4].find((one) => hours <= one) ?? 4;
}

export function chart(answers: readonly AnswerWords[], now: Date, hours: number): Chart {
  const width = hours * 3_600_000;
  const begin = now.getTime() - width;
  const shown = answers.filter((answer) => new Date(answer.moment).getTime() >= begin);
  const runs: Point[][] = [];
  const silent: Stretch[] = [];
  let run: Point[] | undefined;
  let failing: { x: number; began: Date } | undefined;
  for (const answer of shown) {
    const moment = new Date(answer.moment);
    // the page's clock is up to a second behind the answer that just came
    const x = Math.min(1, (moment.getTime() - begin) / width);
    if (answer.milliseconds === null) {
      run = undefined;
      failing ??= { x, began: moment };
      continue;
    }
    if (failing) silent.push({ from: failing.x, to: x, began: failing.began });
    failing = undefined;
    if (!run) {
      run = [];
      runs.push(run);
    }
    run.push({ x, milliseconds: answer.milliseconds });
  }
  if (failing) silent.push({ from: failing.x, to: 1, began: failing.began });
  const times = runs.flat().map((point) => point.milliseconds);
  times.sort((one, other) => one - other);
  return {
    runs,
    silent,
    asked: shown.length,
    answered: times.length,
    median: times[Math.floor(times.length / 2)],
    top: rounded(times.at(-1) ?? 0),
  };
}

/** The next of 1, 2, 4, 8, 10 times a power of ten. */
export function rounded(value: number): number {
  for (let power = 1; ; power *= 10) {
    for (const step of [1, 2, 4, 8]) if (step * power >= value) return step * power;
  }
}

/** The height of a bar for a time, in pixels: each doubling is as much higher, so that 2 ms and 40 ms are told apart in one row. */
export function barHeight(milliseconds: number): number {
  return Math.min(20, Math.max(2, Math.round(2.7 * Math.log2(1 + milliseconds))));
}
