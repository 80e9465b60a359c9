/** The reports that are kept, one of them whole, and what changed between two: asked of the house. */
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
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

/** `onGone` chooses another one before anything is asked again, so that nobody asks for what is gone. */
export function useRemove(onGone: () => void) {
  const queries = useQueryClient();
  return async (token: string): Promise<void> => {
    await change("DELETE", pathOf(token));
    onGone();
    forget(queries, token);
    await queries.invalidateQueries({ queryKey: LIST });
  };
}

/** A report is gone: the others as they were read may name it as the one before them, and what changed since. */
export function forget(queries: QueryClient, token: string): void {
  queries.setQueryData<ReportList>(LIST, (now) => now && { ...now, reports: now.reports.filter((one) => one.token !== token) });
  queries.removeQueries({ queryKey: ["report"] });
  queries.removeQueries({ queryKey: ["difference"] });
}

/** Where a report is printed from; with `before` what changed since then stands in it. */
export function documentOf(token: string, form: "pdf" | "html", before: string): string {
  return `${pathOf(token)}/document?form=${form}${before ? `&before=${encodeURIComponent(before)}` : ""}`;
}
