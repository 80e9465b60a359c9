/** Retrievals as the queue shows them: in which order, how far, how fast, in which words. Jobs as the house tells them come in. */
import type { JobWords } from "@/api/words";
import { byteCount, count, duration, moment } from "@/base/text";
import type { LampState } from "@/parts/lamp";

/** What `RetrieveWanted` looks like when it comes back with its job. */
export interface Wanted {
  readonly node: string;
  readonly level: string;
  readonly keys: Readonly<Record<string, string>>;
  readonly by: string;
  readonly shown: { readonly patient_name: string; readonly about: string; readonly instances: number } | null;
}

export function wantedOf(job: JobWords): Wanted {
  const wanted = job.wanted as Partial<Wanted>;
  return { node: "", level: "study", keys: {}, by: "auto", shown: null, ...wanted };
}

const ENDED_WELL = new Set<JobWords["state"]>(["done", "cancelled"]);

/** Somebody has to decide about it: it ended and not all of it came. */
export const needsYou = (job: JobWords) => isOver(job) && !ENDED_WELL.has(job.state);
export const isOver = (job: JobWords) => job.state !== "queued" && job.state !== "running";

/** What runs, then what needs somebody, what waits in the order in which it will begin, and what is done, latest first. */
export function inOrder(jobs: readonly JobWords[]): JobWords[] {
  const place = (job: JobWords) => (job.state === "running" ? 0 : needsYou(job) ? 1 : job.state === "queued" ? 2 : 3);
  return jobs.toSorted((a, b) => place(a) - place(b) || (place(a) === 2 || place(a) === 0 ? a.id - b.id : b.id - a.id));
}

/** "2 run, 1 waits, 1 needs you"; nothing where nothing of it is so. `underWay` counts those that run or wait, listed or not. */
export function summary(jobs: readonly JobWords[], underWay = 0): string {
  const running = jobs.filter((job) => job.state === "running").length;
  const waiting = Math.max(underWay - running, jobs.filter((job) => job.state === "queued").length);
  const needing = jobs.filter(needsYou).length;
  const say = (number: number, one: string, many: string) => (number ? [`${count(number)} ${number === 1 ? one : many}`] : []);
  return [...say(running, "runs", "run"), ...say(waiting, "waits", "wait"), ...say(needing, "needs you", "need you")].join(", ");
}

export function lampOf(job: JobWords): LampState {
  if (job.state === "running") return "busy";
  if (job.state === "done") return "good";
  return needsYou(job) ? "bad" : "unknown";
}

const WAYS: Readonly<Record<string, string>> = { get: "C-GET", move: "C-MOVE", web: "WADO" };

/** The name of the way that it goes by; the one that will be tried first where that is not known. */
export function wayOf(job: JobWords): string {
  const by = job.transfer?.by ?? wantedOf(job).by;
  return WAYS[by] ?? "";
}

/** How many there are in all, as far as anybody knows. */
export function totalOf(job: JobWords): number {
  return Math.max(job.total ?? 0, wantedOf(job).shown?.instances ?? 0, job.done + job.failed);
}

export function rateWords(instances: number, bytes: number): string {
  if (instances <= 0) return "";
  const rate = instances >= 9.95 ? count(Math.round(instances)) : instances.toFixed(1);
  return bytes > 0 ? `${rate}/s, ${byteCount(bytes)}/s` : `${rate}/s`;
}

/** How fast it goes, or went in all. */
export function paceOf(job: JobWords): string {
  if (job.state === "running") return job.pace ? rateWords(job.pace.instances_per_second, job.pace.bytes_per_second) : "";
  const moved = job.transfer;
  if (job.state !== "done" || !moved?.seconds) return "";
  return rateWords(moved.instances / moved.seconds, moved.byte_count / moved.seconds);
}

/** The sum of what runs. */
export function paceOfAll(jobs: readonly JobWords[]): string {
  const paces = jobs.flatMap((job) => (job.state === "running" && job.pace ? [job.pace] : []));
  const sum = (each: (pace: (typeof paces)[number]) => number) => paces.reduce((all, pace) => all + each(pace), 0);
  return rateWords(
    sum((pace) => pace.instances_per_second),
    sum((pace) => pace.bytes_per_second),
  );
}

/** Whole seconds: what is left is an estimate. */
export const timeLeft = (seconds: number) => (seconds < 59.5 ? `${Math.max(1, Math.round(seconds))} s` : duration(seconds));

export interface Story {
  /** What went wrong, in red; may be empty. */
  readonly bad: string;
  readonly words: string;
  /** A quiet sentence is of no concern any more, or not yet. */
  readonly isQuiet: boolean;
}

/** How it stands, in a few words; the whole sentence of the job is beside them for whoever wants it. */
export function story(job: JobWords, aeTitle: string, isHeld: boolean, now: Date): Story {
  const quiet = (words: string): Story => ({ bad: "", words, isQuiet: true });
  if (job.state === "queued") return quiet(isHeld ? "held until the queue goes on" : "waits for a free association");
  if (job.state === "running") {
    const left = totalOf(job) - job.done - job.failed;
    const speed = job.pace?.instances_per_second ?? 0;
    return { bad: "", words: speed > 0 && left > 0 ? `${timeLeft(left / speed)} left` : job.words, isQuiet: false };
  }
  const when = job.ended ? moment(new Date(job.ended), now) : "";
  if (job.state === "done") return quiet(job.transfer && job.done ? `done ${when}, counted again: ${count(job.done)}` : job.words);
  if (job.state === "cancelled") return quiet(`cancelled ${when}`);
  return { ...failure(job, aeTitle), isQuiet: false };
}

function failure(job: JobWords, aeTitle: string): Pick<Story, "bad" | "words"> {
  const reason = job.words.replace(/^.*?\bBy (?:C-GET|C-MOVE|DICOMweb): /, "");
  if (!job.failed) return { bad: job.state === "interrupted" ? "interrupted" : "failed", words: `, ${job.words}` };
  const kept = job.words.includes("could not be kept here");
  return {
    bad: kept ? `${count(job.failed)} could not be kept here` : `${count(job.failed)} refused by ${aeTitle}`,
    words: `, ${reason}`,
  };
}

/** The unique keys of what is being brought from a node, or waits for it: it is not asked for twice. */
export function underWay(jobs: readonly JobWords[], node: string): ReadonlySet<string> {
  const wanted = jobs.filter((job) => !isOver(job)).map(wantedOf);
  return new Set(wanted.filter((one) => one.node === node).flatMap((one) => keyOf(one.keys) ?? []));
}

const keyOf = (keys: Wanted["keys"]) => keys.SeriesInstanceUID ?? keys.StudyInstanceUID ?? keys.PatientID;

/** Where what came can be seen: a study or a series in the viewer; empty where a job is about something else. */
export function placeOf(job: JobWords): string {
  const { keys } = wantedOf(job);
  if (!keys.StudyInstanceUID) return "";
  const parameters = new URLSearchParams({ study: keys.StudyInstanceUID });
  if (keys.SeriesInstanceUID) parameters.set("series", keys.SeriesInstanceUID);
  return `/viewer?${parameters}`;
}
