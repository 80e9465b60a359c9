/**
 * The rows of the list: pages of a hundred, fetched where somebody looks, kept true by what the house tells live.
 *
 * Filters and the visible places go in; rows by place, and how many there are in all, come out. While a new question is under way the
 * answer to the last one stays, so that typing never shows an empty list.
 */
import { useQueries, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { get } from "@/api/http";
import { onLive } from "@/api/live";
import type { Status } from "@/api/status";
import type { StudyList, StudyWords } from "@/api/words";
import { Arrivals } from "./arrivals";
import { type Filters, parametersOf } from "./filters";

const PAGE = 100;
/** However fast images arrive, the list is asked again no more often than this. */
const REFRESH_MILLISECONDS = 1000;

export interface Rows {
  readonly at: (place: number) => StudyWords | undefined;
  /** Where a study stands, as far as that is loaded. */
  readonly placeOf: (uid: string) => number | undefined;
  readonly loaded: ReadonlyMap<number, StudyWords>;
  readonly matching: number;
  readonly total: number;
  readonly arrivals: Arrivals;
  /** The question to which this is the answer: an older one than was asked last, while that is under way. */
  readonly key: string;
  readonly isStale: boolean;
  /** False until the first answer of all. */
  readonly isKnown: boolean;
  readonly error: unknown;
  readonly again: () => void;
}

/** `first` and `last` are the places that are seen. */
export function useRows(filters: Filters, first: number, last: number): Rows {
  const client = useQueryClient();
  const parameters = parametersOf(filters, new Date());
  const key = JSON.stringify(parameters);
  const pages: number[] = [];
  for (let page = Math.floor(first / PAGE); page <= Math.floor(Math.max(first, last) / PAGE); page += 1) pages.push(page);
  const answers = useQueries({
    queries: pages.map((page) => ({
      queryKey: ["studies", key, page],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        get<StudyList>("/api/studies", { ...parameters, limit: PAGE, offset: page * PAGE }, signal),
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 60_000,
    })),
  });
  useRefresh();
  const arrivals = useRef(new Arrivals()).current;
  const kept = useRef<Rows | undefined>(undefined);
  const seen = useRef(new Map<string, number>());
  const error = answers.find((answer) => answer.error)?.error;
  const again = () => void client.invalidateQueries({ queryKey: ["studies"] });
  const loaded = new Map<number, StudyWords>();
  let counts: StudyList | undefined;
  let newest = 0;
  answers.forEach((answer, index) => {
    const page = pages[index] ?? 0;
    if (!answer.data) return;
    answer.data.studies.forEach((study, place) => {
      loaded.set(page * PAGE + place, study);
    });
    if (answer.dataUpdatedAt >= newest) [counts, newest] = [answer.data, answer.dataUpdatedAt];
    const mark = `${key} ${page}`;
    if ((seen.current.get(mark) ?? 0) < answer.dataUpdatedAt) {
      arrivals.take(answer.data.studies, answer.dataUpdatedAt, !seen.current.has(mark));
      seen.current.set(mark, answer.dataUpdatedAt);
    }
  });
  if (!counts) {
    const before = kept.current;
    if (before) return { ...before, isStale: true, error, again };
    return {
      at: () => undefined,
      placeOf: () => undefined,
      loaded,
      matching: 0,
      total: 0,
      arrivals,
      key,
      isStale: false,
      isKnown: false,
      error,
      again,
    };
  }
  kept.current = {
    at: (place) => loaded.get(place),
    placeOf: (uid) => placeOf(loaded, uid),
    loaded,
    matching: counts.matching,
    total: counts.total,
    arrivals,
    key,
    isStale: false,
    isKnown: true,
    error,
    again,
  };
  return kept.current;
}

function placeOf(loaded: ReadonlyMap<number, StudyWords>, uid: string): number | undefined {
  for (const [place, study] of loaded) if (study.study_instance_uid === uid) return place;
  return undefined;
}

/** Ask again when the house says that something came or went. */
function useRefresh(): void {
  const client = useQueryClient();
  useEffect(() => {
    let before = "";
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last = 0;
    const refresh = () => {
      timer = undefined;
      last = Date.now();
      void client.invalidateQueries({ queryKey: ["studies"] });
    };
    const stop = onLive<Status>("status", (status) => {
      const now = `${status.instances} ${status.studies} ${status.set_aside}`;
      // the first one may tell of what came after the list was asked for
      if (before !== now) timer ??= setTimeout(refresh, Math.max(0, last + REFRESH_MILLISECONDS - Date.now()));
      before = now;
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [client]);
}
