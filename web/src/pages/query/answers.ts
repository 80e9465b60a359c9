/** What a node answered, as rows of the table: read from keywords, merged, sorted, and compared with what is in this archive. */
import { yearsOld } from "@/model/dates";
import type { Level } from "./question";

export type Answer = Readonly<Record<string, string>>;

export interface Row {
  /** The unique key of its level: Patient ID, Study or Series Instance UID. */
  readonly key: string;
  readonly patientName: string;
  readonly patientId: string;
  readonly age: number | undefined;
  readonly sex: string;
  readonly birthDate: string;
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly date: string;
  readonly time: string;
  readonly modalities: readonly string[];
  readonly description: string;
  readonly accession: string;
  /** Undefined where the node does not tell. */
  readonly studies: number | undefined;
  readonly series: number | undefined;
  readonly images: number | undefined;
}

/** Asked for beside what the server asks for by itself. */
export const RETURNED: Readonly<Record<Level, readonly string[]>> = {
  patient: ["NumberOfPatientRelatedSeries", "NumberOfPatientRelatedInstances"],
  study: ["PatientBirthDate", "PatientSex"],
  series: ["SeriesDate", "SeriesTime"],
};

const UNIQUE: Readonly<Record<Level, string>> = {
  patient: "PatientID",
  study: "StudyInstanceUID",
  series: "SeriesInstanceUID",
};

const COUNTS: Readonly<Record<Level, readonly [string, string]>> = {
  patient: ["NumberOfPatientRelatedSeries", "NumberOfPatientRelatedInstances"],
  study: ["NumberOfStudyRelatedSeries", "NumberOfStudyRelatedInstances"],
  series: ["", "NumberOfSeriesRelatedInstances"],
};

function counted(answer: Answer, keyword: string): number | undefined {
  const text = answer[keyword]?.trim();
  return text && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The rows of a level, in the order in which they came; a second answer about the same is left out, one without its key too. */
export function rowsOf(level: Level, answers: readonly Answer[]): Row[] {
  const rows = new Map<string, Row>();
  for (const answer of answers) {
    const key = answer[UNIQUE[level]]?.trim();
    if (key && !rows.has(key)) rows.set(key, row(level, key, answer));
  }
  return [...rows.values()];
}

function row(level: Level, key: string, answer: Answer): Row {
  const text = (keyword: string) => answer[keyword]?.trim() ?? "";
  const date = text("StudyDate");
  const [series, images] = COUNTS[level];
  return {
    key,
    patientName: text("PatientName"),
    patientId: text("PatientID"),
    age: yearsOld(text("PatientBirthDate"), date),
    sex: text("PatientSex"),
    birthDate: text("PatientBirthDate"),
    studyUid: text("StudyInstanceUID"),
    seriesUid: text("SeriesInstanceUID"),
    date,
    time: text("StudyTime"),
    modalities: (text("ModalitiesInStudy") || text("Modality")).split("\\").filter(Boolean),
    description: level === "series" ? text("SeriesDescription") : text("StudyDescription"),
    accession: text("AccessionNumber"),
    studies: counted(answer, "NumberOfPatientRelatedStudies"),
    series: counted(answer, series),
    images: counted(answer, images),
  };
}

/** The series of a study, with what is known of its patient and its date. */
export function seriesOf(study: Row, answers: readonly Answer[], modalities: readonly string[]): Row[] {
  const found = rowsOf("series", answers).map((one) => ({
    ...one,
    patientName: study.patientName,
    patientId: study.patientId,
    age: study.age,
    sex: study.sex,
    birthDate: study.birthDate,
    studyUid: study.studyUid,
    date: study.date,
    time: study.time,
    accession: study.accession,
  }));
  return found.filter((one) => modalities.length === 0 || one.modalities.some((modality) => modalities.includes(modality)));
}

export type Column =
  | "patient"
  | "id"
  | "date"
  | "modality"
  | "description"
  | "accession"
  | "studies"
  | "series"
  | "images"
  | "here";

const SORTED_BY: Readonly<Record<Exclude<Column, "here">, (row: Row) => string | number>> = {
  patient: (row) => row.patientName.toLowerCase(),
  id: (row) => row.patientId,
  date: (row) => `${row.date || row.birthDate} ${row.time}`,
  modality: (row) => row.modalities.join(),
  description: (row) => row.description.toLowerCase(),
  accession: (row) => row.accession,
  studies: (row) => row.studies ?? -1,
  series: (row) => row.series ?? -1,
  images: (row) => row.images ?? -1,
};

/** By a column, `-date` is the latest first; rows that are equal keep their order. */
export function sorted(rows: readonly Row[], sort: string, here: ReadonlyMap<string, number>): Row[] {
  const falling = sort.startsWith("-");
  const column = (falling ? sort.slice(1) : sort) as Column;
  const by = column === "here" ? (row: Row) => share(row, here) : SORTED_BY[column];
  if (!by) return [...rows];
  const sign = falling ? -1 : 1;
  return rows
    .map((row) => [by(row), row] as const)
    .sort(([a], [b]) => (a < b ? -sign : a > b ? sign : 0))
    .map(([, row]) => row);
}

function share(row: Row, here: ReadonlyMap<string, number>): number {
  const count = here.get(row.key) ?? 0;
  return row.images ? count / row.images : count ? 1 : 0;
}

/** What this archive has of a row. */
export type Standing =
  | { readonly kind: "all" }
  | { readonly kind: "none" }
  | { readonly kind: "part"; readonly here: number; readonly total: number }
  | { readonly kind: "some"; readonly here: number };

/** `some`: the node does not say how many there are. */
export function standing(row: Row, here: ReadonlyMap<string, number>): Standing {
  const count = here.get(row.key) ?? 0;
  if (count === 0) return { kind: "none" };
  if (row.images === undefined) return { kind: "some", here: count };
  return count >= row.images ? { kind: "all" } : { kind: "part", here: count, total: row.images };
}

/** How many images would still have to come; undefined where the node does not tell for one of them. */
export function lacking(rows: readonly Row[], here: ReadonlyMap<string, number>): number | undefined {
  let sum = 0;
  for (const row of rows) {
    if (row.images === undefined) return undefined;
    sum += Math.max(0, row.images - (here.get(row.key) ?? 0));
  }
  return sum;
}
