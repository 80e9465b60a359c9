/**
 * The address and the state, kept in step: an address opens a study and places its cells, what is done is written into the address.
 *
 * Another series, layout or cut makes a new entry of the browser's history; an image or a window changes the last one. Going back or forth
 * places the cells again without reading anything twice.
 */

import { useCallback, useEffect, useRef, useState } from "react";
import { useNavigationType, useSearchParams } from "react-router";
import { frameStore } from "@/imaging/frame_store";
import { forgetVolumes } from "@/imaging/volume";
import { readPlace, structureOf, writePlace } from "./address";
import { change, useViewer } from "./state";
import { asAddressed, openStudy } from "./study";

/** The address follows when the hand rests. */
const REST_MS = 250;

export function useAddress(): { fault: unknown; again: () => void } {
  const [search, setSearch] = useSearchParams();
  const [fault, setFault] = useState<unknown>();
  const [attempt, setAttempt] = useState(0);
  const how = useNavigationType();
  const study = search.get("study") ?? "";
  const latest = useRef(search);
  latest.current = search;
  /** Another function with each address: who waits to write must not wait for it. */
  const goTo = useRef(setSearch);
  goTo.current = setSearch;
  /** What was written here last: an address that differs from it came from outside. */
  const written = useRef("");

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt opens the same study again
  useEffect(() => {
    const end = new AbortController();
    setFault(undefined);
    openStudy(readPlace(latest.current), end.signal).catch((error: unknown) => !end.signal.aborted && setFault(error));
    return () => {
      end.abort();
      frameStore.clear();
      forgetVolumes();
    };
  }, [study, attempt]);

  useEffect(() => {
    const now = useViewer.getState();
    if (how !== "POP" || search.toString() === written.current || now.study !== study || now.stacks.size === 0) return;
    const place = readPlace(search);
    if (place.layout) change((latestState) => asAddressed(latestState, place));
  }, [search, how, study]);

  useEffect(() => {
    let timer: number | undefined;
    const write = () => {
      const now = useViewer.getState();
      const next = writePlace(now);
      if (now.study !== study || !next.has("layout") || next.toString() === latest.current.toString()) return;
      const isNew = latest.current.has("layout") && structureOf(next) !== structureOf(latest.current);
      written.current = next.toString();
      goTo.current(next, { replace: !isNew });
    };
    const end = useViewer.subscribe((now, before) => {
      if (now.cells === before.cells && now.layout === before.layout && now.active === before.active && now.full === before.full)
        return;
      clearTimeout(timer);
      timer = window.setTimeout(write, REST_MS);
    });
    return () => {
      end();
      clearTimeout(timer);
    };
  }, [study]);

  return { fault, again: useCallback(() => setAttempt((times) => times + 1), []) };
}
