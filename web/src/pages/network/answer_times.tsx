/** The answer times of the last hours as a line; where it did not answer, the ground is red from the moment on at which it began. */

import type { AnswerWords } from "@/api/words";
import { clock } from "@/base/text";
import { chart, span } from "./chart";
import styles from "./node_story.module.css";
import { milliseconds } from "./verdicts";

const WIDTH = 296;
const HEIGHT = 80;

export function AnswerTimes({ answers, now }: { readonly answers: readonly AnswerWords[]; readonly now: Date }) {
  const hours = span(answers, now);
  const found = chart(answers, now, hours);
  const x = (part: number) => (part * WIDTH).toFixed(1);
  const y = (value: number) => (HEIGHT - (value / found.top) * (HEIGHT - 8)).toFixed(1);
  const fall = found.silent.at(-1);
  const begin = new Date(now.getTime() - hours * 3_600_000);
  const middle = new Date(now.getTime() - (hours / 2) * 3_600_000);
  const words =
    found.asked === 0
      ? "Not asked within 4 h"
      : `${found.answered} of ${found.asked} ${found.asked === 1 ? "echo" : "echoes"} answered${found.median === undefined ? "" : `, median ${milliseconds(found.median)}`}`;
  return (
    <figure className={styles.times}>
      <h3>Answer time, {hours < 1 ? `${hours * 60} min` : `${hours} h`}</h3>
      <p className={styles.scale}>{found.answered > 0 ? `${found.top} ms` : ""}</p>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={words}>
        <line className={styles.middle} x1="0" x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} />
        {found.silent.map((stretch) => (
          <g key={stretch.from}>
            <rect className={styles.silent} x={x(stretch.from)} width={x(stretch.to - stretch.from)} y="0" height={HEIGHT} />
            <line className={styles.fell} x1={x(stretch.from)} x2={x(stretch.from)} y1="0" y2={HEIGHT} />
          </g>
        ))}
        {found.runs.map((run) => (
          <polyline
            key={run[0]?.x}
            className={styles.line}
            points={(run.length > 1 ? run : [...run, ...run.map((one) => ({ ...one, x: one.x + 2 / WIDTH }))])
              .map((point) => `${x(point.x)},${y(point.milliseconds)}`)
              .join(" ")}
          />
        ))}
      </svg>
      <div className={styles.axis}>
        <span>{clock(begin)}</span>
        {!(fall && Math.abs(fall.from - 0.5) < 0.2) && <span style={{ left: "50%" }}>{clock(middle)}</span>}
        {fall && fall.from > 0.15 && (
          <span className={styles.bad} style={{ left: `${Math.min(94, fall.from * 100)}%` }}>
            {clock(fall.began)}
          </span>
        )}
        {!(fall && fall.from > 0.8) && <span style={{ left: "100%" }}>now</span>}
      </div>
      <figcaption>{words}</figcaption>
    </figure>
  );
}
