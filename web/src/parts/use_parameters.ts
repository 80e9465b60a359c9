/** What the address names, and the one way to change it; a name with an empty text is taken out. */
import { useCallback } from "react";
import { useSearchParams } from "react-router";

export type Parts = Readonly<Record<string, string>>;

export function changed(before: URLSearchParams, parts: Parts): URLSearchParams {
  const after = new URLSearchParams(before);
  for (const [name, value] of Object.entries(parts)) {
    if (value) after.set(name, value);
    else after.delete(name);
  }
  return after;
}

/** `set` takes the place of what the browser's history has last; as a step it is one to go back from. */
export function useParameters() {
  const [place, setPlace] = useSearchParams();
  const set = useCallback(
    (parts: Parts, isStep = false) => setPlace((before) => changed(before, parts), { replace: !isStep }),
    [setPlace],
  );
  return { place, set };
}
