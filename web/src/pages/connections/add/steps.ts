/** The steps of the walk that adds a device, in their order: what each is called, and what it is for. */
import type { CheckupWords, NodeStory } from "@/api/words";
import { PLANS, type Role, SENDERS } from "../doctor/layers";
import { isWhole } from "../doctor/rungs";
import { unasked } from "../doctor/unasked";

export const STEPS = ["device", "enter", "test", "image", "report"] as const;
export type StepName = (typeof STEPS)[number];

export const STEP_WORDS: Readonly<Record<StepName, { readonly name: string; readonly sentence: string }>> = {
  device: { name: "The device", sentence: "Its AE title, address and port, as its own menu shows them." },
  enter: { name: "What to enter there", sentence: "It has to know this archive too: three values, in its product's own words." },
  test: { name: "The test", sentence: "Every layer from the network to the images, and who changes what where one fails." },
  image: { name: "The test image, both ways", sentence: "One image to the device and back, and one that the device sends itself." },
  report: {
    name: "The report",
    sentence: "What was tested and how it went, for the folder and for the day when something changes.",
  },
};

/** The step that the address names; without a node there is only the first. */
export function stepOf(text: string | null, hasNode: boolean): StepName {
  const found = STEPS.find((one) => one === text);
  return hasNode && found ? found : "device";
}

export function after(step: StepName): StepName | undefined {
  return STEPS[STEPS.indexOf(step) + 1];
}

export function before(step: StepName): StepName | undefined {
  return STEPS[STEPS.indexOf(step) - 1];
}

export type States = Readonly<Partial<Record<StepName, "done" | "failed">>>;

/**
 * What was seen: it is entered; it knows us once it let us in or called us; the latest test; an image each way that its role needs.
 */
export function statesOf(isEntered: boolean, role: Role, checkup: CheckupWords | undefined, story: NodeStory | undefined): States {
  if (!isEntered) return {};
  const titles = checkup?.steps.find((step) => step.layer === "titles")?.outcome;
  const isKnown = titles === "passed" || titles === "warned" || (story?.calls.count ?? 0) > 0;
  const isStored = checkup?.steps.some(
    (step) => step.layer === "store" && (step.outcome === "passed" || step.outcome === "warned"),
  );
  const ways = [
    ...(PLANS[role].includes("store") ? [isStored === true] : []),
    ...(SENDERS.has(role) ? [story !== undefined && unasked(story.calls) > 0] : []),
  ];
  const isOver = checkup !== undefined && checkup.ended !== null;
  return {
    device: "done",
    ...(isKnown && { enter: "done" as const }),
    ...(isOver && checkup.verdict && { test: "failed" as const }),
    ...(isOver && isWhole(checkup) && !checkup.verdict && { test: "done" as const }),
    ...(ways.length > 0 && ways.every(Boolean) && { image: "done" as const }),
  };
}
