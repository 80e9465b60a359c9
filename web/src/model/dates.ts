/** Dates, times and ages as DICOM writes them (PS3.5 6.2: DA, TM, AS), and as people read them. What cannot be read stays as it came. */

/** 20261122 as "2026-11-22". */
export function dateWords(da: string): string {
  const found = /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(da.trim());
  return found ? `${found[1]}-${found[2]}-${found[3]}` : da;
}

/** 142803.12 as "14:28". */
export function timeWords(tm: string): string {
  const found = /^(\d{2}):?(\d{2})?/.exec(tm.trim());
  return found ? `${found[1]}:${found[2] ?? "00"}` : tm;
}

/** Years at a day, from the date of birth; undefined where either is no date. */
export function yearsOld(birth: string, at: string): number | undefined {
  const [from, to] = [birth.replaceAll(".", ""), at.replaceAll(".", "")];
  if (!/^\d{8}$/.test(from) || !/^\d{8}$/.test(to) || to < from) return undefined;
  const years = Number(to.slice(0, 4)) - Number(from.slice(0, 4));
  return to.slice(4) < from.slice(4) ? years - 1 : years;
}

/** A day as DICOM writes it, so many days before. */
export function daysBefore(today: Date, days: number): string {
  const then = new Date(today.getFullYear(), today.getMonth(), today.getDate() - days);
  return `${then.getFullYear()}${String(then.getMonth() + 1).padStart(2, "0")}${String(then.getDate()).padStart(2, "0")}`;
}
