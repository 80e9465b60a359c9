/** The associations now and past: asked for once, kept up to date by the live event, with the pace of those that are open. */
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { get } from "@/api/http";
import { onLive } from "@/api/live";
import type { AssociationsTold, AssociationWords } from "@/api/words";
import { type Samples, sampled } from "./pace";
import { useHeardAgain } from "./use_heard_again";

const PAGE = 100;

export interface Associations {
  readonly open: readonly AssociationWords[];
  readonly past: readonly AssociationWords[];
  readonly samples: Samples;
  /** Older ones can be asked for. */
  readonly more: boolean;
  readonly showMore: () => void;
  readonly error: unknown;
  readonly again: () => void;
  /** The first answer is not there yet. */
  readonly waiting: boolean;
}

export function useAssociations(): Associations {
  const client = useQueryClient();
  const [live, setLive] = useState<{ readonly open?: readonly AssociationWords[]; readonly ended: readonly AssociationWords[] }>({
    ended: [],
  });
  const [samples, setSamples] = useState<Samples>(new Map());
  const asked = useInfiniteQuery({
    queryKey: ["associations"],
    queryFn: ({ pageParam, signal }) => get<AssociationsTold>("/api/associations", { limit: PAGE, before: pageParam }, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => (page.more ? (page.ended.at(-1)?.serial ?? undefined) : undefined),
  });
  useEffect(
    () =>
      onLive<AssociationsTold>("associations", (told) => {
        setLive((now) => ({ open: told.open, ended: [...told.ended, ...now.ended].slice(0, KEPT) }));
        setSamples((now) => sampled(now, told.open, performance.now()));
        // more ended between two events than one tells of
        if (told.more) void client.invalidateQueries({ queryKey: ["associations"] });
      }),
    [client],
  );
  useHeardAgain(asked.refetch);
  const past = useMemo(
    () => inOrder([...live.ended, ...(asked.data?.pages.flatMap((page) => page.ended) ?? [])]),
    [live, asked.data],
  );
  const gone = useMemo(() => new Set(past.map((one) => one.token)), [past]);
  const open = (live.open ?? asked.data?.pages[0]?.open ?? []).filter((one) => !gone.has(one.token));
  return {
    open,
    past,
    samples,
    more: asked.hasNextPage,
    showMore: () => void asked.fetchNextPage(),
    error: asked.error,
    again: () => void asked.refetch(),
    waiting: asked.isPending,
  };
}

const KEPT = 1000;

/** Each once, the latest first. */
function inOrder(all: readonly AssociationWords[]): readonly AssociationWords[] {
  const bySerial = new Map(all.map((one) => [one.serial ?? 0, one]));
  return [...bySerial.values()].sort((one, other) => (other.serial ?? 0) - (one.serial ?? 0));
}
