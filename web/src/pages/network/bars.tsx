/** A node's last day in bars of 45 minutes: the height is the answer time, red is where it did not answer, dots where nobody asked. */
import type { BarWords } from "@/api/words";
import { barHeight } from "./chart";
import styles from "./node_table.module.css";

const HEIGHT = 20;
const STEP = 4;
const COUNT = 32;

export function Bars({ bars, listens }: { readonly bars: readonly BarWords[]; readonly listens: boolean }) {
  const failed = bars.reduce((sum, bar) => sum + bar.failed, 0);
  const asked = bars.reduce((sum, bar) => sum + bar.asked, 0);
  const shown = bars.length && listens ? bars : Array.from({ length: COUNT }, () => ({ asked: 0, failed: 0, milliseconds: null }));
  return (
    <svg
      className={styles.bars}
      width={shown.length * STEP}
      height={HEIGHT}
      role="img"
      aria-label={listens ? `${asked - failed} of ${asked} echoes answered in 24 hours` : "It does not listen"}
    >
      {shown.map((bar, place) => {
        const height = bar.failed ? HEIGHT : bar.milliseconds === null ? 1 : barHeight(bar.milliseconds);
        const kind = bar.failed ? styles.failed : bar.asked ? styles.answered : styles.nobody;
        // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place in the day
        return <rect key={place} className={kind} x={place * STEP} y={HEIGHT - height} width={STEP - 1} height={height} />;
      })}
    </svg>
  );
}
