/**
 * The disk in words and shares: what takes it, how long it lasts, what came on each day.
 *
 * The answer of `/api/disk` comes in, numbers and sentences go out.
 */
import type { DiskWords, HourWords } from "@/api/words";
import { count, day } from "@/base/text";

export interface Part {
  readonly name: "Images" | "Index" | "Cache and logs" | "Other files" | "Free";
  readonly bytes: number;
}

/** What the disk holds, in the order of the bar. What is not ours is the rest. */
export function partsOf(disk: DiskWords): readonly Part[] {
  const small = disk.cache_bytes + disk.log_bytes;
  const other = disk.bytes_total - disk.bytes_free - disk.instances_bytes - disk.index_bytes - small;
  return [
    { name: "Images", bytes: disk.instances_bytes },
    { name: "Index", bytes: disk.index_bytes },
    { name: "Cache and logs", bytes: small },
    { name: "Other files", bytes: Math.max(0, other) },
    { name: "Free", bytes: disk.bytes_free },
  ];
}

/** Fewer days than these and somebody should know. */
export const DAYS_SHORT = 14;

/** How long the disk lasts, as a sentence. */
export function lasting(disk: DiskWords): string {
  if (disk.bytes_free <= disk.bytes_reserved) return "The disk is full: nothing more is stored until there is room.";
  if (disk.days_left === null && disk.days_left_week === null) return "Nothing came in the last seven days, so it lasts.";
  if (disk.days_left === null)
    return `Nothing came today; at the rate of the last week the disk lasts ${days(disk.days_left_week ?? 0)}.`;
  const today = `At the rate of the last 24 hours the disk lasts ${days(disk.days_left)}`;
  return disk.days_left_week === null || close(disk.days_left, disk.days_left_week)
    ? `${today}.`
    : `${today}, at that of the last week ${days(disk.days_left_week)}.`;
}

function close(one: number, other: number): boolean {
  return days(one) === days(other);
}

/** "9 hours", "41 days", "3 years"; past ten years nobody counts. */
export function days(left: number): string {
  if (left < 1) return `${Math.max(1, Math.round(left * 24))} h`;
  if (left < 730) return `${count(Math.round(left))} ${Math.round(left) === 1 ? "day" : "days"}`;
  const years = Math.round(left / 365);
  return years > 10 ? "more than ten years" : `${years} years`;
}

/** Whether it lasts for so short that it is told as a warning. */
export function isShort(disk: DiskWords): boolean {
  return disk.days_left !== null && disk.days_left < DAYS_SHORT;
}

export interface Day {
  /** "2026-11-21", of this computer's clock. */
  readonly day: string;
  readonly instances: number;
  readonly bytes: number;
}

/** The last days, oldest first and today last, also those on which nothing came. */
export function byDay(hours: readonly HourWords[], now: Date, many: number): readonly Day[] {
  const found = new Map<string, Day>();
  for (let back = many - 1; back >= 0; back--) {
    const name = day(new Date(now.getFullYear(), now.getMonth(), now.getDate() - back));
    found.set(name, { day: name, instances: 0, bytes: 0 });
  }
  for (const hour of hours) {
    const name = day(new Date(hour.begins));
    const known = found.get(name);
    if (known) found.set(name, { day: name, instances: known.instances + hour.instances, bytes: known.bytes + hour.bytes });
  }
  return [...found.values()];
}
