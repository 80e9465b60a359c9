/** The rungs of the ladder as they stand: of a run, or of a role that was not tested yet. */
import type { CheckupWords, StepWords } from "@/api/words";
import { clockWithSeconds, counted } from "@/base/text";
import type { LampState } from "@/parts/lamp";
import { type LayerName, PLANS, type Role } from "./layers";
import { milliseconds, total } from "./spell";

export interface Rung {
  readonly layer: LayerName;
  readonly outcome: StepWords["outcome"] | "running";
  readonly words: string;
  readonly milliseconds: number | null;
}

/** The rungs of a role, none of them climbed. */
export function untried(role: Role): Rung[] {
  return PLANS[role].map((layer) => ({ layer, outcome: "untried", words: "", milliseconds: null }));
}

/** The layer that is being climbed: the first that was not, or the last one once another has failed; none when it is over. */
export function underWay(checkup: CheckupWords): LayerName | undefined {
  if (checkup.ended !== null) return undefined;
  const waiting = checkup.steps.filter((step) => step.outcome === "untried");
  return (checkup.verdict ? waiting.find((step) => step.layer === "clean up") : waiting[0])?.layer;
}

export function rungsOf(checkup: CheckupWords): Rung[] {
  const at = underWay(checkup);
  return checkup.steps.map(({ layer, outcome, words, milliseconds: time }) => ({
    layer,
    outcome: layer === at ? "running" : outcome,
    words,
    milliseconds: time,
  }));
}

/** "Stopped at layer 6 of 16 after 5.7 ms, 14:31:40": how far it came. */
export function progress(checkup: CheckupWords): string {
  const { steps, verdict, ended } = checkup;
  const time = `${milliseconds(total(steps))}, ${clockWithSeconds(new Date(ended ?? checkup.began))}`;
  const at = underWay(checkup);
  if (at) return `At layer ${steps.findIndex((step) => step.layer === at) + 1} of ${steps.length}`;
  if (verdict)
    return `Stopped at layer ${steps.findIndex((step) => step.layer === verdict.layer) + 1} of ${steps.length} after ${time}`;
  const done = steps.filter((step) => step.outcome !== "untried").length;
  if (!isWhole(checkup))
    return `Ended after layer ${done} of ${steps.length}, ${clockWithSeconds(new Date(ended ?? checkup.began))}`;
  return `All ${climbed(steps)} in ${time}`;
}

/** "10 layers, 2 left out,": TLS that is not used is none of those left out. */
export function climbed(steps: readonly StepWords[]): string {
  const done = steps.filter((step) => step.outcome !== "untried" && step.outcome !== "skipped");
  const leftOut = steps.filter((step) => step.outcome === "skipped" && step.layer !== "tls");
  return `${counted(done.length, "layer")}${leftOut.length > 0 ? `, ${leftOut.length} left out,` : ""}`;
}

/** Whether it was climbed to the end of its plan: what was stopped says nothing of what it left out, or broke off. */
export function isWhole(checkup: CheckupWords): boolean {
  return !checkup.is_stopped && checkup.steps.every((step) => step.outcome !== "untried");
}

/** How a node stands after its run: good only where every layer was climbed and none complained. */
export function lampOf(checkup: CheckupWords | undefined): LampState {
  if (!checkup) return "unknown";
  if (checkup.verdict) return "bad";
  if (checkup.ended === null) return "busy";
  if (!isWhole(checkup)) return "unknown";
  return checkup.steps.some((step) => step.outcome === "warned") ? "partly" : "good";
}

/** A run that is over and found no fault: only one that is whole may say that nothing failed. */
export function endWords(checkup: CheckupWords): string {
  const lamp = lampOf(checkup);
  if (lamp === "unknown") return "Ended before its end.";
  return lamp === "partly" ? "Nothing failed, and something is worth knowing." : "Nothing failed.";
}
