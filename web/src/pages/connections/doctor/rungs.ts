/** The rungs of the ladder as they stand: of a run, or of a role that was not tested yet. */
import { type LayerName, PLANS, type Role } from "./layers";

export interface Rung {
  readonly layer: LayerName;
  readonly outcome: "passed" | "warned" | "failed" | "skipped" | "untried" | "running";
  readonly words: string;
  readonly milliseconds: number | null;
}

/** The rungs of a role, none of them climbed. */
export function untried(role: Role): Rung[] {
  return PLANS[role].map((layer) => ({ layer, outcome: "untried", words: "", milliseconds: null }));
}
