/** A log on its way to the house: what was pasted, or as much of a file as is taken; and what came back, kept while the page lives. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { get, upload, withParameters } from "@/api/http";
import type { FaultWords, LogExplanation } from "@/api/words";

/** What the house takes of a log (EXPLAIN_BYTES_MAX). */
export const LOG_BYTES_MAX = 4 * 1024 * 1024;

export interface Log {
  /** One that is read again keeps it. */
  readonly id: number;
  /** The file's name, or empty for a text that was pasted. */
  readonly name: string;
  readonly bytes: Blob;
  /** Bytes of it that were left out at its beginning. */
  readonly leftOut: number;
}

export interface Reading {
  readonly log: Log;
  readonly product: string;
  readonly told: LogExplanation;
}

const KEY = ["explained log"] as const;

let logs = 0;

/** A file, or its end where it is too long: what went wrong is usually the latest. */
export function logOf(file: Blob, name: string): Log {
  const leftOut = Math.max(0, file.size - LOG_BYTES_MAX);
  logs += 1;
  return { id: logs, name, bytes: leftOut > 0 ? file.slice(leftOut) : file, leftOut };
}

export function useReading() {
  const queries = useQueryClient();
  const { data } = useQuery<Reading | null>({
    queryKey: KEY,
    queryFn: () => null,
    enabled: false,
    initialData: null,
    gcTime: Infinity,
  });
  return {
    reading: data,
    read: async (log: Log, product: string) => {
      const told = await upload<LogExplanation>(withParameters("/api/explain", { product }), log.bytes, "text/plain");
      const next: Reading = { log, product, told };
      queries.setQueryData(KEY, next);
    },
    forget: () => queries.setQueryData(KEY, null),
  };
}

/** Whose logs can be explained. */
export function useProducts(): readonly string[] {
  const { data } = useQuery({
    queryKey: ["explained products"],
    queryFn: ({ signal }) => get<readonly string[]>("/api/explain", undefined, signal),
    staleTime: Infinity,
  });
  return data ?? [];
}

export function useFaultEntry(identifier: string) {
  return useQuery({
    queryKey: ["fault", identifier],
    queryFn: ({ signal }) => get<FaultWords>(`/api/faults/${encodeURIComponent(identifier)}`, undefined, signal),
    enabled: identifier !== "",
    retry: false,
  });
}
