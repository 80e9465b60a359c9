/**
 * How fast studies grow: seen from one answer of the list to the next, by their counts of instances.
 *
 * Answers go in with their moments, rates come out. A study is arriving as long as it grew within the last seconds; one that has
 * just appeared arrives too, its rate is known with the next answer.
 */
import type { StudyWords } from "@/api/words";

/** How long after its last image a study still counts as arriving. */
const CALM_MILLISECONDS = 3500;

interface Seen {
  readonly count: number;
  readonly at: number;
  readonly grew: number;
  readonly rate: number;
}

export class Arrivals {
  private seen = new Map<string, Seen>();
  private settled = false;

  /** One answer, with the moment at which it came, in milliseconds. `isFirst`: nothing in it is new, it is only seen for the first time. */
  take(rows: Iterable<StudyWords>, now: number, isFirst: boolean): void {
    for (const row of rows) {
      const uid = row.study_instance_uid;
      const before = this.seen.get(uid);
      if (!before) {
        const grew = isFirst || !this.settled ? Number.NEGATIVE_INFINITY : now;
        this.seen.set(uid, { count: row.instance_count, at: now, grew, rate: 0 });
      } else if (row.instance_count > before.count) {
        const seconds = Math.max(0.2, (now - before.at) / 1000);
        const rate = (row.instance_count - before.count) / seconds;
        this.seen.set(uid, { count: row.instance_count, at: now, grew: now, rate });
      } else if (row.instance_count < before.count || now - before.grew > CALM_MILLISECONDS) {
        this.seen.set(uid, { ...before, count: row.instance_count, at: now });
      }
    }
    this.settled = true;
  }

  /** Images a second while it arrives (0 where that is not known yet), undefined when it does not. */
  rate(uid: string, now: number): number | undefined {
    const seen = this.seen.get(uid);
    return seen && now - seen.grew <= CALM_MILLISECONDS ? seen.rate : undefined;
  }

  /** Whether anything arrives, so that somebody has to look again when it is over. */
  isBusy(now: number): boolean {
    for (const seen of this.seen.values()) if (now - seen.grew <= CALM_MILLISECONDS) return true;
    return false;
  }
}
