/** The lines of the log, from those that the house still has on; while paused they gather unseen, and come all at once afterwards. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { get } from "@/api/http";
import { onLive } from "@/api/live";
import type { LogLineWords, LogWords } from "@/api/words";
import { joinedLines } from "./log_lines";

export interface Log {
  readonly lines: readonly LogLineWords[];
  /** How many came since it was paused. */
  readonly held: number;
  readonly paused: boolean;
  readonly setPaused: (paused: boolean) => void;
  readonly error: unknown;
  readonly again: () => void;
  readonly waiting: boolean;
}

const NONE: readonly LogLineWords[] = [];

export function useLog(): Log {
  const [live, setLive] = useState<readonly LogLineWords[]>(NONE);
  const [pausedAt, setPausedAt] = useState<number>();
  const asked = useQuery({ queryKey: ["log"], queryFn: ({ signal }) => get<LogWords>("/api/log", undefined, signal), gcTime: 0 });
  useEffect(() => {
    // lines come one by one, hundreds in a busy second: they are shown together
    let gathered: LogLineWords[] = [];
    let due: ReturnType<typeof setTimeout> | undefined;
    const stop = onLive<LogLineWords>("log", (line) => {
      gathered.push(line);
      due ??= setTimeout(() => {
        const some = gathered;
        gathered = [];
        due = undefined;
        setLive((now) => joinedLines(now, some));
      }, 100);
    });
    return () => {
      clearTimeout(due);
      stop();
    };
  }, []);
  const all = useMemo(() => joinedLines(asked.data?.lines ?? NONE, live), [asked.data, live]);
  const last = all.at(-1)?.serial ?? 0;
  const lines = useMemo(() => (pausedAt === undefined ? all : all.filter((line) => line.serial <= pausedAt)), [all, pausedAt]);
  return {
    lines,
    held: all.length - lines.length,
    paused: pausedAt !== undefined,
    setPaused: (paused) => setPausedAt(paused ? last : undefined),
    error: asked.error,
    again: () => void asked.refetch(),
    waiting: asked.isPending,
  };
}
