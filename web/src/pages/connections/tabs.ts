/** The tabs of this page in their order. A tab is a folder with a `tab.tsx`, loaded when it is first shown; one without is not shown. */
import { type ComponentType, type LazyExoticComponent, lazy } from "react";

interface Room {
  readonly default: ComponentType;
}

interface ConnectionTab {
  /** Its value of `view` in the address. */
  readonly view: string;
  readonly words: string;
  readonly Room: LazyExoticComponent<ComponentType>;
}

const FOUND = import.meta.glob<Room>("./*/tab.tsx");

const ORDER: readonly (readonly [view: string, folder: string, words: string])[] = [
  ["", "doctor", "Doctor"],
  ["add", "add", "Add a device"],
  ["inspector", "inspector", "Inspector"],
  ["sheets", "sheets", "Setup sheets"],
  ["reports", "reports", "Reports"],
  ["explain", "explain", "Explain a log"],
];

export const TABS: readonly ConnectionTab[] = ORDER.flatMap(([view, folder, words]) => {
  const load = FOUND[`./${folder}/tab.tsx`];
  return load ? [{ view, words, Room: lazy(load) }] : [];
});
