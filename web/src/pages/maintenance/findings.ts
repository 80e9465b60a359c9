/** What a check or a rebuilding found, sorted: sentences of a job come in ("what: where: detail"), kinds with their places go out. */
import type { JobWords } from "@/api/words";

export interface Finding {
  readonly where: string;
  readonly detail: string;
}

export interface Findings {
  readonly what: string;
  readonly findings: readonly Finding[];
}

/** The kinds that were found, the most frequent first. */
export function sorted(sentences: readonly string[]): readonly Findings[] {
  const kinds = new Map<string, Finding[]>();
  for (const sentence of sentences) {
    const [what = sentence, where = "", ...rest] = sentence.split(": ");
    const known = kinds.get(what) ?? [];
    known.push({ where, detail: rest.join(": ") });
    kinds.set(what, known);
  }
  return [...kinds]
    .map(([what, findings]) => ({ what, findings }))
    .sort((one, other) => other.findings.length - one.findings.length);
}

/** The words of a rebuilding for a person: what each kind of difference means. */
export const DIFFERENCES: Readonly<Record<string, string>> = {
  found: "Images on the disk that the index does not know; a rebuild enters them",
  lost: "Images that the index knows and the disk does not have whole; a rebuild drops them",
  differs: "Rows that say otherwise than the images; a rebuild corrects them",
  "not copied": "What could not be taken over from the old index",
};

/** With a large first letter. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The latest job of a kind. */
export function latest(jobs: readonly JobWords[], kind: string): JobWords | undefined {
  return jobs.find((job) => job.kind === kind);
}
