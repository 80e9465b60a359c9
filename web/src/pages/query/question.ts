/**
 * What is asked of another node: the fields as a person fills them in, made into the keys of a C-FIND (PS3.4 C.6), and into the address.
 *
 * A name without wild cards gets one at its end, as one types; in quotation marks it means itself. Dates are presets or a range of days.
 */
import { dateWords, daysBefore } from "@/model/dates";

export type Level = "patient" | "study" | "series";
export const LEVELS: readonly Level[] = ["patient", "study", "series"];

export interface Fields {
  readonly name: string;
  readonly id: string;
  readonly accession: string;
  /** A preset of `DATES`, a range as DICOM writes it (20260101-20260131), or nothing. */
  readonly dates: string;
  readonly modalities: readonly string[];
}

export interface Question {
  readonly node: string;
  readonly level: Level;
  readonly fields: Fields;
}

export const NO_FIELDS: Fields = { name: "", id: "", accession: "", dates: "", modalities: [] };

export const DATES = {
  today: { words: "Today", days: [0, 0] },
  yesterday: { words: "Yesterday", days: [1, 1] },
  "7d": { words: "Last 7 days", days: [6, 0] },
  "30d": { words: "Last 30 days", days: [29, 0] },
  "3m": { words: "Last 3 months", days: [91, 0] },
} as const;

const isPreset = (text: string): text is keyof typeof DATES => text in DATES;

/** The range of days that a choice means, as DICOM writes it; empty is any day. */
export function rangeOf(dates: string, today: Date): string {
  if (!isPreset(dates)) return dates;
  const [from, to] = DATES[dates].days;
  const [first, last] = [daysBefore(today, from), daysBefore(today, to)];
  return first === last ? first : `${first}-${last}`;
}

/** The choice in words: "Last 30 days", "2026-01-01 to 2026-01-31". */
export function datesWords(dates: string): string {
  if (!dates) return "Any";
  if (isPreset(dates)) return DATES[dates].words;
  const [from = "", to] = dates.split("-");
  if (to === undefined || from === to) return dateWords(from);
  if (!from) return `until ${dateWords(to)}`;
  return to ? `${dateWords(from)} to ${dateWords(to)}` : `since ${dateWords(from)}`;
}

/** Fields that a level has no key for (PS3.4 C.6.1.1.2): a patient has no date of study, accession or modality. */
export function withoutKey(level: Level): ReadonlySet<keyof Fields> {
  return new Set<keyof Fields>(level === "patient" ? ["accession", "dates", "modalities"] : []);
}

/** The keys of the studies or patients that are meant, without those of modalities. */
export function keysOf({ level, fields }: Pick<Question, "level" | "fields">, today: Date): Record<string, string> {
  const missing = withoutKey(level);
  const keys: Record<string, string> = {
    PatientName: nameKey(fields.name),
    PatientID: fields.id.trim(),
    AccessionNumber: missing.has("accession") ? "" : fields.accession.trim(),
    StudyDate: missing.has("dates") ? "" : rangeOf(fields.dates, today),
  };
  return Object.fromEntries(Object.entries(keys).filter(([, value]) => value));
}

function nameKey(typed: string): string {
  const name = typed.trim();
  const quoted = /^"(.*)"$/.exec(name);
  if (quoted) return quoted[1] ?? "";
  return name && !/[*?]/.test(name) ? `${name}*` : name;
}

/** One set of keys for each modality: a list of codes is none of the matchings that every node knows (PS3.4 C.2.2.2). */
export function searchesOf(question: Question, today: Date): readonly Record<string, string>[] {
  const keys = keysOf(question, today);
  const { modalities } = question.fields;
  if (question.level === "patient" || modalities.length === 0) return [keys];
  return modalities.map((modality) => ({ ...keys, ModalitiesInStudy: modality }));
}

/** Whether it asks for everything that there is. */
export function isEverything(question: Question, today: Date): boolean {
  return searchesOf(question, today).every((keys) => Object.values(keys).every((value) => !value.replaceAll("*", "")));
}

const FIELDS_OF_KEYS: Readonly<Record<string, { readonly field: keyof Fields; readonly words: string }>> = {
  PatientName: { field: "name", words: "patient name" },
  PatientID: { field: "id", words: "patient ID" },
  AccessionNumber: { field: "accession", words: "accession" },
  StudyDate: { field: "dates", words: "study date" },
  ModalitiesInStudy: { field: "modalities", words: "modality" },
};

/** A key in the words of its field, or the key itself. */
export const keyWords = (keyword: string): string => FIELDS_OF_KEYS[keyword]?.words ?? keyword;

/** A sentence of the house with its keys in the words of the fields. */
export function inOurWords(sentence: string): string {
  const told = sentence.replace(/\b[A-Z][A-Za-z]+\b/g, keyWords);
  return told.charAt(0).toUpperCase() + told.slice(1);
}

/** The keys of one search that stands for all: several modalities joined by backslashes, which the house counts one by one. */
export function joinedKeys(question: Question, today: Date): Record<string, string> {
  const keys = keysOf(question, today);
  const { modalities } = question.fields;
  return question.level === "patient" || modalities.length === 0 ? keys : { ...keys, ModalitiesInStudy: modalities.join("\\") };
}

/** The fields with another value of a key, none where it is empty; `undefined` where no field stands for that key. */
export function fieldsWith(fields: Fields, keyword: string, value: string): Fields | undefined {
  const field = FIELDS_OF_KEYS[keyword]?.field;
  if (!field) return undefined;
  if (field === "modalities") return { ...fields, modalities: value.split("\\").filter(Boolean) };
  // A name without a wild card would get one again: what was tried is meant as it stands.
  return { ...fields, [field]: field === "name" && value && !/[*?]/.test(value) ? `"${value}"` : value };
}

const PARAMETERS = { name: "name", id: "id", accession: "accession", dates: "date" } as const;

/** The question in the address; `undefined` where nothing was asked yet. */
export function fromAddress(parameters: URLSearchParams): {
  readonly question: Question;
  readonly isAsked: boolean;
  readonly sort: string;
} {
  const level = LEVELS.find((one) => one === parameters.get("level")) ?? "study";
  const text = (name: string) => parameters.get(name) ?? "";
  const fields: Fields = {
    name: text("name"),
    id: text("id"),
    accession: text("accession"),
    dates: text("date"),
    modalities: text("modality").split(",").filter(Boolean),
  };
  return { question: { node: text("node"), level, fields }, isAsked: parameters.has("asked"), sort: text("sort") };
}

/** The same the other way round. `stamp` tells one search from the next that asks the same. */
export function toAddress(question: Question, stamp: string, sort: string): URLSearchParams {
  const parameters = new URLSearchParams({ node: question.node, level: question.level });
  for (const [field, name] of Object.entries(PARAMETERS)) {
    const value = question.fields[field as keyof typeof PARAMETERS];
    if (value) parameters.set(name, value);
  }
  if (question.fields.modalities.length) parameters.set("modality", question.fields.modalities.join(","));
  if (sort) parameters.set("sort", sort);
  if (stamp) parameters.set("asked", stamp);
  return parameters;
}
