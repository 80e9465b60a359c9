/**
 * What the list of studies is asked for, as it stands in the address of the page: filters, order, and the selected study.
 *
 * Search parameters come in and go out (`fromAddress`, `toAddress`), and become the parameters of `GET /api/studies`. What the address
 * holds otherwise is left alone; a value that means nothing is as if it were not there.
 */
import type { Parameters } from "@/api/http";
import type { StudySort } from "@/api/words";
import { day } from "@/base/text";
import { dateWords, daysBefore } from "@/model/dates";

export const PRESETS = ["today", "yesterday", "7", "30", "365"] as const;
export type Preset = (typeof PRESETS)[number];

/** Days as DICOM writes them, both ends included; an empty end is open. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

export interface Filters {
  readonly search: string;
  readonly date: Preset | Span | undefined;
  readonly patient: string;
  readonly accession: string;
  readonly description: string;
  readonly modalities: readonly string[];
  readonly senders: readonly string[];
  readonly sort: StudySort;
  readonly descending: boolean;
}

export const NOTHING: Filters = {
  search: "",
  date: undefined,
  patient: "",
  accession: "",
  description: "",
  modalities: [],
  senders: [],
  sort: "date",
  descending: true,
};

const { sort: _sort, descending: _descending, ...unfiltered } = NOTHING;

/** No filter, in whatever order the list is. */
export const CLEARED: Omit<Filters, "sort" | "descending"> = unfiltered;

const SORTS: readonly StudySort[] = [
  "patient",
  "id",
  "date",
  "modality",
  "description",
  "accession",
  "series",
  "images",
  "from",
  "received",
];
const TEXTS = ["search", "patient", "accession", "description"] as const;
const OWN = [...TEXTS, "date", "modality", "from", "sort", "up"];

export function isPreset(date: Preset | Span): date is Preset {
  return typeof date === "string";
}

export function fromAddress(address: URLSearchParams): Filters {
  const sort = SORTS.find((one) => one === address.get("sort")) ?? NOTHING.sort;
  return {
    search: address.get("search") ?? "",
    date: dateOf(address.get("date") ?? ""),
    patient: address.get("patient") ?? "",
    accession: address.get("accession") ?? "",
    description: address.get("description") ?? "",
    modalities: address.getAll("modality"),
    senders: address.getAll("from"),
    sort,
    descending: !address.has("up"),
  };
}

function dateOf(text: string): Preset | Span | undefined {
  const preset = PRESETS.find((one) => one === text);
  if (preset) return preset;
  const found = /^(\d{8})?-(\d{8})?$/.exec(text);
  const [from, to] = [found?.[1] ?? "", found?.[2] ?? ""];
  return from || to ? { from, to } : undefined;
}

/** The address with these filters; what is as by default does not stand in it. */
export function toAddress(filters: Filters, address: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(address);
  for (const name of OWN) next.delete(name);
  for (const name of TEXTS) if (filters[name]) next.set(name, filters[name]);
  if (filters.date) next.set("date", isPreset(filters.date) ? filters.date : `${filters.date.from}-${filters.date.to}`);
  for (const one of filters.modalities) next.append("modality", one);
  for (const one of filters.senders) next.append("from", one);
  if (filters.sort !== NOTHING.sort) next.set("sort", filters.sort);
  if (!filters.descending) next.set("up", "1");
  return next;
}

/** The address with another chosen study, or none; its series belong to it. */
export function withStudy(address: URLSearchParams, study: string): URLSearchParams {
  const next = new URLSearchParams(address);
  next.delete("series");
  if (study) next.set("study", study);
  else next.delete("study");
  return next;
}

export function withSeries(address: URLSearchParams, series: string): URLSearchParams {
  const next = new URLSearchParams(address);
  next.set("series", series);
  return next;
}

/** Whether anything but the order is asked for. */
export function isFiltered(filters: Filters): boolean {
  const texts = TEXTS.some((name) => filters[name].trim());
  return texts || filters.date !== undefined || filters.modalities.length > 0 || filters.senders.length > 0;
}

/** The parameters of `GET /api/studies`, without the page of it. */
export function parametersOf(filters: Filters, today: Date): Parameters {
  return {
    search: filters.search.trim(),
    patient: filters.patient.trim(),
    accession: filters.accession.trim(),
    description: filters.description.trim(),
    modality: filters.modalities,
    sender: filters.senders,
    study_date: filters.date ? rangeOf(filters.date, today) : "",
    sort: filters.sort,
    descending: filters.descending,
  };
}

/** A range of days as a query has it (PS3.4 C.2.2.2.5). */
export function rangeOf(date: Preset | Span, today: Date): string {
  if (!isPreset(date)) return `${date.from}-${date.to}`;
  if (date === "today") return `${daysBefore(today, 0)}-`;
  if (date === "yesterday") return daysBefore(today, 1);
  return `${daysBefore(today, Number(date) - 1)}-`;
}

const WORDS: Readonly<Record<Preset, string>> = {
  today: "Today",
  yesterday: "Yesterday",
  "7": "Last 7 days",
  "30": "Last 30 days",
  "365": "Last 365 days",
};

export function dateLabel(date: Preset | Span): string {
  if (isPreset(date)) return WORDS[date];
  if (!date.to) return `Since ${dateWords(date.from)}`;
  if (!date.from) return `Until ${dateWords(date.to)}`;
  return date.from === date.to ? dateWords(date.from) : `${dateWords(date.from)} to ${dateWords(date.to)}`;
}

/** A day of this computer's calendar as DICOM writes it. */
export function dicomDay(date: Date): string {
  return day(date).replaceAll("-", "");
}

/** A day as somebody types it, 2026-01-31 or 20260131, as DICOM writes it; empty where nothing is typed, undefined where it is none. */
export function readDay(text: string): string | undefined {
  const typed = text.trim();
  if (!typed) return "";
  const found = /^(\d{4})[-./]?(\d{2})[-./]?(\d{2})$/.exec(typed);
  if (!found) return undefined;
  const date = new Date(Number(found[1]), Number(found[2]) - 1, Number(found[3]));
  return dicomDay(date) === found.slice(1).join("") ? found.slice(1).join("") : undefined;
}

/** Two words at most for a chip: "CT", "CT, MR", "CT and 2 more". */
export function someOf(values: readonly string[]): string {
  return values.length > 2 ? `${values[0]} and ${values.length - 1} more` : values.join(", ");
}

/** Who sent something, in words: an AE title stays as it is, a way in that has none is told. */
export function senderWords(sender: string): string {
  if (sender === "import") return "dropped here";
  return sender === "stow" ? "over DICOMweb" : sender;
}
