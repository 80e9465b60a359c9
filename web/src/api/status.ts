/** How the house stands (`GET /api/status`), as its live event tells it again whenever it changes. */
import { useQuery } from "@tanstack/react-query";
import { get } from "./http";
import { useLive } from "./live";

export interface Status {
  readonly aet: string;
  readonly port: number;
  readonly addresses: readonly string[];
  /** Who may do what, in one sentence. */
  readonly policy: string;
  readonly folder: string;
  readonly associations_open: number;
  readonly changes_per_second: number;
  readonly patients: number;
  readonly studies: number;
  readonly series: number;
  readonly instances: number;
  readonly set_aside: number;
  readonly rejected_callers: number;
  readonly bytes_free: number;
  /** Technician mode: who the patients are does not leave the archive. */
  readonly technician: boolean;
  /** Whether the log shows every command. */
  readonly debug: boolean;
  /** Why nothing can be stored now; empty when it can. */
  readonly refusal: string;
}

/** The latest status; undefined until the first answer. */
export function useStatus(): Status | undefined {
  const told = useLive<Status>("status");
  const asked = useQuery({
    queryKey: ["status"],
    queryFn: ({ signal }) => get<Status>("/api/status", undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return told ?? asked.data;
}
