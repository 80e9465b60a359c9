/**
 * What is set aside, sorted by what it contradicts: images of one kind are decided together.
 *
 * Rows of `/api/set-aside` come in, groups go out, with words for what differs and marks for the letters that do.
 */
import type { DifferenceWords, SetAsideWords } from "@/api/words";

export type Contradiction = "patient" | "study" | "series" | "values" | "bytes";

export interface Group {
  readonly key: string;
  readonly kind: Contradiction;
  readonly items: readonly SetAsideWords[];
}

const PATIENT = new Set(["PatientID", "PatientName", "IssuerOfPatientID"]);
/** The word that stands for the bytes themselves (archive/contradictions.CHECKSUM). */
export const CHECKSUM = "checksum";

export function kindOf(one: SetAsideWords): Contradiction {
  const keywords = one.differences.map((each) => each.keyword);
  if (keywords.some((keyword) => PATIENT.has(keyword))) return "patient";
  if (keywords.includes("StudyInstanceUID")) return "study";
  if (keywords.includes("SeriesInstanceUID")) return "series";
  return keywords.every((keyword) => keyword === CHECKSUM) ? "bytes" : "values";
}

export const KIND_WORDS: Readonly<Record<Contradiction, string>> = {
  patient: "Another patient",
  study: "In another study",
  series: "In another series",
  values: "Other values, same UID",
  bytes: "Other bytes, same UID",
};

/** What happened, as a sentence above both sides. */
export const KIND_SENTENCES: Readonly<Record<Contradiction, string>> = {
  patient: "It names a study that belongs to another patient here.",
  study: "It names a series that belongs to another study here.",
  series: "The same image is here already, in another series.",
  values: "The same image is here already, with other values.",
  bytes: "The same image is here already, with other bytes: its pixels or attributes that are not indexed differ.",
};

/** Those of one study, sender and kind together, in the order in which the first of each came. */
export function groupsOf(items: readonly SetAsideWords[]): readonly Group[] {
  const found = new Map<string, { kind: Contradiction; items: SetAsideWords[] }>();
  for (const one of items) {
    const kind = kindOf(one);
    const patient = kind === "patient" ? `${one.patient_id}\n${one.patient_name}` : "";
    const key = [one.study_instance_uid, one.calling_ae_title, kind, patient].join("\n");
    const group = found.get(key);
    if (group) group.items.push(one);
    else found.set(key, { kind, items: [one] });
  }
  return [...found].map(([key, group]) => ({ key, ...group }));
}

/** "Patient ID" of PatientID. */
export function label(keyword: string): string {
  if (keyword === CHECKSUM) return "Checksum of all bytes";
  return keyword.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/^SOPInstance/, "SOP instance");
}

/** Whether values of it name a patient, and are masked with the names. */
export function isOfPatient(keyword: string): boolean {
  return PATIENT.has(keyword) || keyword.startsWith("Patient") || keyword === "AccessionNumber";
}

export interface Run {
  readonly text: string;
  readonly differs: boolean;
}

/** Both values in runs: what they begin and end with together, and between what differs. */
export function compared(difference: DifferenceWords): readonly [readonly Run[], readonly Run[]] {
  const [kept, arriving] = [[...difference.kept], [...difference.arriving]];
  const most = Math.min(kept.length, arriving.length);
  let before = 0;
  while (before < most && kept[before] === arriving[before]) before++;
  let after = 0;
  while (after < most - before && kept.at(-1 - after) === arriving.at(-1 - after)) after++;
  return [runs(kept, before, after), runs(arriving, before, after)];
}

function runs(letters: readonly string[], before: number, after: number): readonly Run[] {
  const end = letters.length - after;
  return [
    { text: letters.slice(0, before).join(""), differs: false },
    { text: letters.slice(before, end).join(""), differs: true },
    { text: letters.slice(end).join(""), differs: false },
  ].filter((run) => run.text !== "");
}

/** Classes of documents (PS3.4 B.5): presentation states, structured reports and key objects, encapsulated files, plans. */
const DOCUMENTS = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.(11|88|104|481\.[3-9]|66\.(1|3|5))(\.|$)/;

/** Whether it has no picture to ask for. */
export function isDocument(sopClassUid: string): boolean {
  return DOCUMENTS.test(sopClassUid);
}
