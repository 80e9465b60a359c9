/** How a node stands (`GET /api/node-states`), as a lamp and two short lines: what came of the last echo, and when. */
import type { NodeState } from "@/api/words";
import { ago } from "@/base/text";
import type { LampState } from "@/parts/lamp";
import { recently } from "./clock";

export type Tone = "plain" | "warn" | "bad" | "calm";

export interface Standing {
  readonly lamp: LampState;
  readonly first: string;
  readonly second: string;
  readonly tone: Tone;
  /** What stands beside the name over its story; empty where there is nothing to say. */
  readonly headline: string;
}

const at = (text: string | null): Date | undefined => (text === null ? undefined : new Date(text));

/** 3.74 as "4 ms", 0.42 as "0.4 ms": one digit below one millisecond, none above. */
export function milliseconds(value: number): string {
  return value < 0.95 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`;
}

/** The lamp of a node and the words beside it; one that is asked over DICOMweb (`isWeb`) has no C-ECHO to refuse. */
export function standing(state: NodeState | undefined, now: Date, isWeb = false): Standing {
  if (!state) return { lamp: "unknown", first: "", second: "", tone: "calm", headline: "" };
  const found = isWeb && state.verdict === "no echo" ? settled({ ...state, verdict: "refuses" }, now) : settled(state, now);
  return state.is_busy ? { ...found, lamp: "busy" } : found;
}

function settled(state: NodeState, now: Date): Standing {
  const asked = at(state.asked);
  const since = at(state.since);
  const called = at(state.last_call);
  const before = asked ? ago(asked, now) : "";
  const fallen = since ? `since ${recently(since, now)}` : "";
  const time = state.milliseconds === null ? "" : milliseconds(state.milliseconds);
  switch (state.verdict) {
    case "answers":
      return { lamp: "good", first: time, second: before, tone: "plain", headline: "" };
    case "changed":
      return {
        lamp: "partly",
        first: time,
        second: state.changed || "changed",
        tone: "plain",
        headline: "is other than usual",
      };
    case "no echo":
      return { lamp: "partly", first: "no C-ECHO", second: before, tone: "warn", headline: "is there, and does not take C-ECHO" };
    case "refuses our title":
      return { lamp: "bad", first: "refuses title", second: fallen, tone: "bad", headline: "refuses your title" };
    case "refuses its title":
      return { lamp: "bad", first: "other title", second: fallen, tone: "bad", headline: "says that it is not called" };
    case "refuses":
      return { lamp: "bad", first: "refuses", second: fallen, tone: "bad", headline: "refuses what is asked" };
    case "silent":
      return { lamp: "bad", first: "no answer", second: fallen, tone: "bad", headline: "does not answer" };
    case "port closed":
      return { lamp: "bad", first: "port closed", second: fallen, tone: "bad", headline: "does not listen at its port" };
    case "not listening":
      return {
        lamp: "unknown",
        first: "does not listen",
        second: calledAt(called, now),
        tone: "calm",
        headline: "calls, and does not listen",
      };
    case "only calls":
      return {
        lamp: "unknown",
        first: "only calls",
        second: calledAt(called, now),
        tone: "calm",
        headline: "stands for many devices",
      };
    case "unasked":
      return {
        lamp: "unknown",
        first: "not asked yet",
        second: calledAt(called, now),
        tone: "calm",
        headline: "was not asked yet",
      };
  }
}

function calledAt(called: Date | undefined, now: Date): string {
  return called ? `called ${recently(called, now)}` : "";
}

/** How many answer and how many do not; those that cannot be asked are not counted. */
export function counts(states: readonly NodeState[]): { readonly answer: number; readonly silent: number } {
  let answer = 0;
  let silent = 0;
  for (const { verdict } of states) {
    if (verdict === "answers" || verdict === "changed" || verdict === "no echo") answer += 1;
    else if (verdict === "silent" || verdict === "port closed" || verdict.startsWith("refuses")) silent += 1;
  }
  return { answer, silent };
}
