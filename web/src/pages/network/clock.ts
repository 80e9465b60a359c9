/** The time of day, where the day is plain: within the last day the clock alone, before it the day alone. */
import { clock, day } from "@/base/text";

/** "14:31" within a day, else "2026-11-21". */
export function recently(then: Date, now: Date): string {
  return now.getTime() - then.getTime() < 86_400_000 ? clock(then) : day(then);
}
