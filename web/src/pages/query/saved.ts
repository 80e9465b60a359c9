/** Queries that somebody saved under a name, in this browser. What is stored there is read with care: another version wrote it. */

const KEY = "isocenter.query.saved";
const SAVED_MAX = 50;

export interface Saved {
  readonly name: string;
  /** The parameters of the address. */
  readonly address: string;
}

export function readSaved(text: string | null): Saved[] {
  try {
    const found: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(found) ? found.filter(isSaved).slice(0, SAVED_MAX) : [];
  } catch {
    return [];
  }
}

function isSaved(one: unknown): one is Saved {
  return (
    typeof one === "object" &&
    one !== null &&
    "name" in one &&
    "address" in one &&
    typeof one.name === "string" &&
    typeof one.address === "string"
  );
}

export const loadSaved = () => readSaved(localStorage.getItem(KEY));

/** Under a name there is one query; the latest saved comes first. */
export function withSaved(all: readonly Saved[], one: Saved): Saved[] {
  return [one, ...all.filter((other) => other.name !== one.name)].slice(0, SAVED_MAX);
}

export function store(all: readonly Saved[]): void {
  localStorage.setItem(KEY, JSON.stringify(all));
}
