/** The time of day, where the day is plain: within the last day the clock alone, before it the day alone. */
import { day } from "@/base/text";

const two = (number: number) => String(number).padStart(2, "0");

/** "14:31", of this computer's clock. */
export function clock(moment: Date): string {
  return `${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

/** "14:31:52", for what is watched as it happens. */
export function clockWithSeconds(moment: Date): string {
  return `${clock(moment)}:${two(moment.getSeconds())}`;
}

/** "14:31" within a day, else "2026-11-21". */
export function recently(then: Date, now: Date): string {
  return now.getTime() - then.getTime() < 86_400_000 ? clock(then) : day(then);
}
