/** Numbers, sizes and times in words, the same on every page. Units stay with their number; thousands have commas. */

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** 4210 as "4,210". */
export function count(number: number): string {
  return WHOLE.format(number);
}

/** "1 image", "2 images". */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** Bytes in steps of a thousand, as disks and networks are sold: "78 MB", "1.2 GB". */
export function byteCount(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB", "PB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** "0.4 s", "12 s", "3 min", "2 h 5 min". */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest ? `${Math.floor(minutes / 60)} h ${rest} min` : `${minutes / 60} h`;
}

/** How long ago a moment was, for people: "12 s ago", "4 min ago", else the clock or the day. */
export function ago(then: Date, now: Date): string {
  const seconds = Math.max(0, (now.getTime() - then.getTime()) / 1000);
  if (seconds < 1.5) return "now";
  if (seconds < 59.5) return `${Math.round(seconds)} s ago`;
  if (seconds < 3570) return `${Math.round(seconds / 60)} min ago`;
  return moment(then, now);
}

const two = (number: number) => String(number).padStart(2, "0");

/** "14:31", of this computer's clock. */
export function clock(then: Date): string {
  return `${two(then.getHours())}:${two(then.getMinutes())}`;
}

/** "14:31:52", for what is watched as it happens. */
export function clockWithSeconds(then: Date): string {
  return `${clock(then)}:${two(then.getSeconds())}`;
}

/** "14:31:52.405", for what follows at once. */
export function clockWithMilliseconds(then: Date): string {
  return `${clockWithSeconds(then)}.${String(then.getMilliseconds()).padStart(3, "0")}`;
}

/** "14:31" today, "2026-11-21 14:31" on another day; of this computer's clock. */
export function moment(then: Date, now: Date): string {
  return then.toDateString() === now.toDateString() ? clock(then) : `${day(then)} ${clock(then)}`;
}

/** "2026-11-21". */
export function day(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
