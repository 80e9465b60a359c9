/** The time shown in equal parts: the height is the answer time, red is what failed, hollow what maintenance excuses. */
import type { PartWords } from "@/api/words";
import { barHeight } from "../chart";
import { kindOf, partWords } from "./beats";
import styles from "./heartbeat.module.css";

const HEIGHT = 20;

interface Props {
  readonly parts: readonly PartWords[];
  readonly hoursWide: number;
  readonly label: string;
  /** The width of one part with the gap behind it. */
  readonly step?: number;
  readonly height?: number;
}

export function Strip({ parts, hoursWide, label, step = 4, height = HEIGHT }: Props) {
  const gap = step > 6 ? 2 : 1;
  const scale = height / HEIGHT;
  return (
    <svg
      className={styles.strip}
      viewBox={`0 0 ${parts.length * step} ${height}`}
      style={{ maxWidth: parts.length * step }}
      height={height}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {parts.map((part, place) => {
        const kind = kindOf(part);
        const full = kind === "failed" || kind === "excused";
        const tall = full ? height : part.milliseconds === null ? 1 : Math.min(height, barHeight(part.milliseconds) * scale);
        return (
          <g key={part.begins}>
            {kind === "partly" && (
              <rect className={styles.failed} x={place * step} y={0} width={step - gap} height={height - tall} />
            )}
            <rect className={styles[kind]} x={place * step} y={height - tall} width={step - gap} height={tall} />
            <rect className={styles.whole} x={place * step} y={0} width={step} height={height}>
              <title>{partWords(part, hoursWide)}</title>
            </rect>
          </g>
        );
      })}
    </svg>
  );
}
