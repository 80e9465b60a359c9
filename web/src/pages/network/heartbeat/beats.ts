/** The nodes' past (`GET /api/heartbeat`) as words and drawings; nothing here asks for anything. */
import type { BeatWords, OutageWords, PartWords, WindowWords } from "@/api/words";
import { clock, day, duration } from "@/base/text";
import type { LampState } from "@/parts/lamp";

export interface Stretch {
  readonly days: number;
  readonly words: string;
}

/** How far back one may look, as far as that is kept. */
export function stretches(historyDays: number): readonly Stretch[] {
  const all = [
    { days: 1, words: "Day" },
    { days: 7, words: "Week" },
    { days: 30, words: "Month" },
    { days: 90, words: "Quarter" },
  ];
  return all.filter((one) => one.days <= Math.max(1, historyDays));
}

/** 99.95 as "99.95 %", 100 as "100 %": never rounded up to whole where something failed. */
export function percent(value: number | null): string {
  if (value === null) return "";
  if (value === 100) return "100 %";
  const digits = value >= 99 ? 2 : 1;
  const step = 10 ** digits;
  return `${(Math.floor(value * step) / step).toFixed(digits)} %`;
}

/** How a node did: all answered, some not, none at all or away now, nobody asked. */
export function lampOf(beat: BeatWords): LampState {
  if (!beat.listens || beat.asked === 0 || beat.availability === null) return "unknown";
  if (beat.outages[0]?.until === null) return "bad";
  if (beat.availability === 0) return "bad";
  return beat.availability >= 99.5 ? "good" : "partly";
}

/** "every 5 min", "its own: every min", "never". */
export function interval(beat: BeatWords): string {
  if (!beat.listens || beat.minutes === 0) return "never";
  return beat.minutes === 1
    ? "every minute"
    : beat.minutes % 60 === 0
      ? `every ${hours(beat.minutes / 60)}`
      : `every ${beat.minutes} min`;
}

function hours(count: number): string {
  return count === 1 ? "hour" : `${count} h`;
}

/** What a part of the strip is: nothing asked, all answered, some not, none; within maintenance what failed is calm. */
export type Kind = "unasked" | "answered" | "partly" | "failed" | "excused";

export function kindOf(part: PartWords): Kind {
  if (part.asked === 0) return "unasked";
  if (part.failed === 0) return part.excused > 0 && part.excused === part.asked ? "excused" : "answered";
  return part.failed === part.asked - part.excused ? "failed" : "partly";
}

/** What a screen reader and the pointer are told of a part. */
export function partWords(part: PartWords, hoursWide: number): string {
  const begins = new Date(part.begins);
  const ends = new Date(begins.getTime() + hoursWide * 3_600_000);
  const when = hoursWide >= 24 ? day(begins) : `${day(begins)} ${clock(begins)} to ${clock(ends)}`;
  if (part.asked === 0) return `${when}: not asked`;
  const parts = [`${part.asked - part.failed - part.excused} of ${part.asked} answered`];
  if (part.excused) parts.push(`${part.excused} excused by maintenance`);
  if (part.milliseconds !== null)
    parts.push(`${number(part.milliseconds)} ms on average, ${number(part.slowest ?? 0)} ms at worst`);
  return `${when}: ${parts.join(", ")}`;
}

/** One digit below ten, none above. */
export function number(milliseconds: number): string {
  return milliseconds < 9.95 ? milliseconds.toFixed(1) : String(Math.round(milliseconds));
}

/** "2026-11-21 13:58 for 3 min", "since 13:58". */
export function outageWords(outage: OutageWords, now: Date): string {
  const since = new Date(outage.since);
  const begins = since.toDateString() === now.toDateString() ? clock(since) : `${day(since)} ${clock(since)}`;
  if (!outage.until) return `since ${begins}`;
  return `${begins}, for ${duration((new Date(outage.until).getTime() - since.getTime()) / 1000)}`;
}

const WEEKDAYS = ["Sundays", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays"] as const;

/** "2026-11-21 22:00 to 23:30", "every night 22:00 to 23:30", "Saturdays 22:00 to 23:30". */
export function windowWords(window: WindowWords): string {
  const begins = new Date(window.begins);
  const ends = new Date(begins.getTime() + window.minutes * 60_000);
  const sameDay = begins.toDateString() === ends.toDateString();
  const times = `${clock(begins)} to ${sameDay || window.repeats !== "once" ? "" : `${day(ends)} `}${clock(ends)}`;
  if (window.repeats === "daily") return `every day ${times}`;
  return window.repeats === "weekly" ? `${WEEKDAYS[begins.getDay()]} ${times}` : `${day(begins)} ${times}`;
}

/** A moment as an input of the type datetime-local has it, in this computer's time. */
export function local(moment: Date): string {
  return `${day(moment)}T${clock(moment)}`;
}
