/** Who called last, let in or turned away: asked for once, then told by the live events. */
import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/http";
import { useLive } from "@/api/live";
import { useStatus } from "@/api/status";
import type { AssociationsTold, CallerWords } from "@/api/words";
import { type Caller, latest } from "./caller";

export type { Caller };

export function useCaller(): Caller | undefined {
  const told = useLive<AssociationsTold>("associations");
  const turnedAway = useStatus()?.rejected_callers;
  const asked = useQuery({
    queryKey: ["associations", "latest"],
    queryFn: ({ signal }) => get<AssociationsTold>("/api/associations", { limit: 1 }, signal),
  });
  const rejected = useQuery({
    queryKey: ["rejected callers", turnedAway],
    queryFn: ({ signal }) => get<readonly CallerWords[]>("/api/rejected-callers", undefined, signal),
  });
  const associations = [told, asked.data].flatMap((one) => [...(one?.open ?? []), ...(one?.ended ?? [])]);
  return latest(associations, rejected.data ?? []);
}
