/** The reports that are kept, one of them whole, and what changed between two: asked of the house. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { change, get } from "@/api/http";
import type { KeptReport, ReportDifference, ReportList } from "@/api/words";

const LIST = ["reports"] as const;

const pathOf = (token: string) => `/api/reports/${encodeURIComponent(token)}`;

export function useReports() {
  return useQuery({ queryKey: LIST, queryFn: ({ signal }) => get<ReportList>("/api/reports", undefined, signal) });
}

export function useReport(token: string) {
  return useQuery({
    queryKey: ["report", token],
    queryFn: ({ signal }) => get<KeptReport>(pathOf(token), undefined, signal),
    enabled: token !== "",
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** What changed since the report `before`; asked only where there is one. */
export function useDifference(token: string, before: string) {
  return useQuery({
    queryKey: ["difference", token, before],
    queryFn: ({ signal }) => get<ReportDifference>(`${pathOf(token)}/difference`, { before }, signal),
    enabled: token !== "" && before !== "",
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useRemove() {
  const queries = useQueryClient();
  return async (token: string): Promise<void> => {
    await change("DELETE", pathOf(token));
    await queries.invalidateQueries({ queryKey: LIST });
  };
}

/** Where a report is printed from; with `before` what changed since then stands in it. */
export function documentOf(token: string, form: "pdf" | "html", before: string): string {
  return `${pathOf(token)}/document?form=${form}${before ? `&before=${encodeURIComponent(before)}` : ""}`;
}
