/** Opens the command palette from anywhere; the shell shows it, pages add what can be done on them. */
import { create } from "zustand";

export interface Command {
  readonly id: string;
  /** What it does, as it is read in the list. */
  readonly words: string;
  /** Where it belongs: "Page", "Study", "Node", "Action". */
  readonly group: string;
  readonly run: () => void;
  /** Why it cannot be done now, empty where it can. */
  readonly refusal?: () => string;
}

interface Palette {
  readonly isOpen: boolean;
  readonly commands: ReadonlyMap<string, readonly Command[]>;
}

export const usePalette = create<Palette>(() => ({ isOpen: false, commands: new Map() }));

export function openPalette(): void {
  usePalette.setState({ isOpen: true });
}

/** Offer commands as long as a page is shown; the answer takes them back. `owner` is the page's name. */
export function offer(owner: string, commands: readonly Command[]): () => void {
  usePalette.setState((now) => ({ commands: new Map(now.commands).set(owner, commands) }));
  return () =>
    usePalette.setState((now) => {
      const rest = new Map(now.commands);
      rest.delete(owner);
      return { commands: rest };
    });
}
