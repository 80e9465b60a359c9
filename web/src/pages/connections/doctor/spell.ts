/** Times and layers of a checkup in words. */
import type { CheckupWords, StepWords } from "@/api/words";

/** "0.4 ms", "38 ms", "5.0 s": two figures are enough for a person, and units stay with their number. */
export function milliseconds(value: number): string {
  if (value < 0.05) return "0 ms";
  if (value < 9.95) return `${value.toFixed(1)} ms`;
  if (value < 999.5) return `${Math.round(value)} ms`;
  return `${(value / 1000).toFixed(1)} s`;
}

/** The sum of what was measured. */
export function total(steps: readonly { readonly milliseconds: number | null }[]): number {
  return steps.reduce((sum, step) => sum + (step.milliseconds ?? 0), 0);
}

/** What each layer has shown when it passed, as the end of "It works: "; the layers below the echo go without saying. */
const SHOWN: readonly (readonly [layer: StepWords["layer"], words: string])[] = [
  ["find", "searched"],
  ["store", "stored"],
  ["find again", "found again"],
  ["move", "sent back"],
  ["get", "fetched back"],
  ["compare", "compared"],
  ["commitment", "vouched for"],
  ["printer", "the printer answers"],
];

/** "stored, found again, fetched back and compared": only what was done and did not fail. */
export function works(checkup: CheckupWords): string {
  const passed = new Set(checkup.steps.filter((step) => step.outcome === "passed").map((step) => step.layer));
  const found = SHOWN.filter(([layer]) => passed.has(layer)).map(([, words]) => words);
  const last = found.at(-1);
  if (!last) return "it is there and speaks DICOM";
  return found.length > 1 ? `${found.slice(0, -1).join(", ")} and ${last}` : last;
}
