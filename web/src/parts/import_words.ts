/** How an import is told in words: what came to which end, how fast it goes, what is left. Pure. */
import { byteCount, count, counted, duration } from "@/base/text";
import { OUTCOMES, type Outcome, rate, type Sample, type Tally } from "./import_tally";

/** "412 stored, 10 there already, 1 refused"; what there is none of is left out. */
export function outcomeWords(tally: Tally): string {
  return OUTCOMES.filter((outcome) => tally.counts[outcome] > 0)
    .map((outcome) => `${count(tally.counts[outcome])} ${outcome}`)
    .join(", ");
}

/** "58 MB/s, 12 s left"; nothing while neither can be told. `left` is undefined while more may be found. */
export function paceWords(samples: readonly Sample[], left: number | undefined): string {
  const pace = rate(samples);
  if (!pace) return "";
  const words = [`${byteCount(pace)}/s`];
  if (left !== undefined && left >= pace) words.push(`${duration(left / pace)} left`);
  return words.join(", ");
}

const EXPLAINED: Readonly<Record<Outcome, string>> = {
  stored: "Stored",
  "there already": "There already",
  "set aside": "Set aside, because the archive says otherwise",
  refused: "Refused",
  "left out": "Left out, because it is no DICOM image",
};

export function outcomeHeading(outcome: Outcome): string {
  return EXPLAINED[outcome];
}

/** The first sentence of the report. */
export function reportWords(tally: Tally, isCancelled: boolean): string {
  const stored = tally.counts.stored;
  const rest = OUTCOMES.slice(1).some((outcome) => tally.counts[outcome] > 0);
  if (isCancelled) return `Cancelled. ${counted(stored, "image")} had come in until then, and stayed.`;
  if (stored > 0) return `${counted(stored, "image")} came in, in ${studies(tally)}.`;
  if (tally.counts["there already"] > 0 && tally.counts.refused === 0)
    return "Everything was there already; nothing was stored twice.";
  return rest ? "Nothing came in." : "There was nothing in it.";
}

function studies(tally: Tally): string {
  return counted(Math.max(1, tally.studies.size), "study", "studies");
}

/** A reason as a sentence. What is quoted are values of patients: they are masked while names are off. */
export function reasonWords(why: string, named: boolean): string {
  const told = named ? why : why.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, "'•••'");
  return `${told.charAt(0).toUpperCase()}${told.slice(1)}${told.endsWith(".") ? "" : "."}`;
}
