/** Checkups of connections (`/api/checkups`): begun, watched while they climb, ended; how the latest of each node went. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { change, get } from "./http";
import { onLive } from "./live";
import type { CheckupList, CheckupState, CheckupWanted, CheckupWords } from "./words";

export const CHECKUPS = ["checkups"] as const;
const CLIMBING_MS = 300;

const keyOf = (token: string) => ["checkup", token] as const;

/** How the latest checkup of each node stands, kept up to date by the live event. */
export function useCheckups() {
  const queries = useQueryClient();
  useEffect(
    () =>
      onLive<CheckupState>("checkup", (told) => {
        queries.setQueryData<CheckupList>(CHECKUPS, (before) => {
          const rest = (before?.checkups ?? []).filter((one) => one.node !== told.node);
          return { checkups: [told, ...rest] };
        });
        void queries.invalidateQueries({ queryKey: keyOf(told.token) });
      }),
    [queries],
  );
  return useQuery({ queryKey: CHECKUPS, queryFn: ({ signal }) => get<CheckupList>("/api/checkups", undefined, signal) });
}

/** One checkup as it stands, looked at often while it climbs. */
export function useCheckup(token: string) {
  return useQuery({
    queryKey: keyOf(token),
    queryFn: ({ signal }) => get<CheckupWords>(`/api/checkups/${token}`, undefined, signal),
    enabled: token !== "",
    refetchInterval: (query) => (query.state.data && query.state.data.ended === null ? CLIMBING_MS : false),
  });
}

/** Begin one, and have it shown at once. */
export function useBegin() {
  const queries = useQueryClient();
  return async (wanted: CheckupWanted): Promise<CheckupWords> => {
    const begun = await change<CheckupWords>("POST", "/api/checkups", wanted);
    queries.setQueryData(keyOf(begun.token), begun);
    queries.setQueryData<CheckupList>(CHECKUPS, (before) => ({
      checkups: [stateOf(begun), ...(before?.checkups ?? []).filter((one) => one.node !== begun.node)],
    }));
    return begun;
  };
}

function stateOf(checkup: CheckupWords): CheckupState {
  const { token, node, role, began, ended } = checkup;
  return { token, node, role, began, ended, layer: checkup.steps[0]?.layer ?? null, failed: false, headline: "" };
}

/** Have one end after the step that it is at. */
export function cancelCheckup(token: string): Promise<CheckupWords> {
  return change<CheckupWords>("POST", `/api/checkups/${token}/cancel`);
}
