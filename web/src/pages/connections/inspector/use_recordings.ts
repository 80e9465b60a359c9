/** What is recorded: the list, one ladder, one message; asked again when the house says that there is more, while that is wanted. */
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { get } from "@/api/http";
import { onLive } from "@/api/live";
import type { LadderWords, MessageWords, RecordingsTold, RunTold } from "@/api/words";

const ROOT = "inspector";

export function useRecordings(search: string, live: boolean) {
  const queries = useQueryClient();
  useEffect(() => {
    if (!live) return undefined;
    return onLive("recordings", () => void queries.invalidateQueries({ queryKey: [ROOT, "list"] }));
  }, [queries, live]);
  return useQuery({
    queryKey: [ROOT, "list", search],
    queryFn: ({ signal }) => get<RecordingsTold>("/api/inspector", { search }, signal),
    placeholderData: keepPreviousData,
  });
}

/** One ladder; while its connection goes on it is asked for again each second. */
export function useLadder(token: string | undefined, live: boolean) {
  return useQuery({
    queryKey: [ROOT, "ladder", token],
    queryFn: ({ signal }) => get<LadderWords>(`/api/inspector/${token}`, {}, signal),
    enabled: token !== undefined,
    refetchInterval: (query) => (live && query.state.data && !query.state.data.is_over ? 1000 : false),
    staleTime: 500,
  });
}

export function useRun(token: string, first: number, last: number, wanted: boolean) {
  return useQuery({
    queryKey: [ROOT, "run", token, first, last],
    queryFn: ({ signal }) => get<RunTold>(`/api/inspector/${token}/rungs`, { first, last }, signal),
    enabled: wanted,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useMessage(token: string | undefined, number: number | undefined, names: boolean) {
  return useQuery({
    queryKey: [ROOT, "message", token, number, names],
    queryFn: ({ signal }) => get<MessageWords>(`/api/inspector/${token}/messages/${number}`, { names }, signal),
    enabled: token !== undefined && number !== undefined,
    placeholderData: keepPreviousData,
  });
}

/** Ask for everything again: something was brought, or forgotten. */
export function useAgain(): () => void {
  const queries = useQueryClient();
  return () => void queries.invalidateQueries({ queryKey: [ROOT] });
}
