/** Which retrievals were taken off the queue's list in this browser; the jobs themselves stay, for Activity. */

const KEY = "isocenter.query.cleared";
const DISMISSED_MAX = 200;

export interface Cleared {
  /** What is done and ended up to this moment, in milliseconds since 1970. */
  readonly upTo: number;
  /** What failed, job by job with the moment of its end: one that was tried again is shown again. */
  readonly dismissed: Readonly<Record<string, number>>;
}

const NOTHING: Cleared = { upTo: 0, dismissed: {} };

/** What is stored is read with care: another version wrote it. */
export function readCleared(text: string | null): Cleared {
  try {
    const found: unknown = JSON.parse(text ?? "null");
    if (typeof found !== "object" || found === null || !("upTo" in found) || !("dismissed" in found)) return NOTHING;
    if (typeof found.upTo !== "number" || typeof found.dismissed !== "object" || found.dismissed === null) return NOTHING;
    const pairs = Object.entries(found.dismissed).filter((pair): pair is [string, number] => typeof pair[1] === "number");
    return { upTo: found.upTo, dismissed: Object.fromEntries(pairs) };
  } catch {
    return NOTHING;
  }
}

export const loadCleared = () => readCleared(localStorage.getItem(KEY));

export function storeCleared(now: Cleared): Cleared {
  const latest = Object.entries(now.dismissed).slice(-DISMISSED_MAX);
  const kept = { upTo: now.upTo, dismissed: Object.fromEntries(latest) };
  localStorage.setItem(KEY, JSON.stringify(kept));
  return kept;
}
