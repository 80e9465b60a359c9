/**
 * What the page knows: this device, the nodes and how they stand, who is at the door. Asked once, and again whenever the house says
 * that something around it has changed (`network` in /api/live), at most once in a while.
 */
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { change, get } from "@/api/http";
import { onLive } from "@/api/live";
import type { DeviceWords, Door, EchoWords, Ignoring, NodeStates, NodeWords } from "@/api/words";

const CALM_MS = 1500;
const ECHOES_AT_ONCE = 4;
const ALL = ["network"] as const;

export const useDevice = () =>
  useQuery({ queryKey: [...ALL, "device"], queryFn: ({ signal }) => get<DeviceWords>("/api/device", undefined, signal) });

export const useStates = () =>
  useQuery({ queryKey: [...ALL, "states"], queryFn: ({ signal }) => get<NodeStates>("/api/node-states", undefined, signal) });

export const useDoor = () =>
  useQuery({ queryKey: [...ALL, "door"], queryFn: ({ signal }) => get<Door>("/api/door", undefined, signal) });

/** Ask again whenever the house says that something has changed; the list itself is asked again by whoever shows it (`useNodes`). */
export function useNews(): void {
  const queries = useQueryClient();
  useEffect(() => {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    let isFirst = true;
    const stop = onLive("network", () => {
      waiting ??= setTimeout(() => {
        // it may have become another one before the house was heard
        void refresh(queries, isFirst);
        waiting = undefined;
        isFirst = false;
      }, CALM_MS);
    });
    return () => {
      stop();
      clearTimeout(waiting);
    };
  }, [queries]);
}

/** Ask again; the list itself only where it is another one, since it may be long. */
export function refresh(queries: QueryClient, isOther = true): Promise<void> {
  return queries.invalidateQueries({ queryKey: ALL, predicate: ({ queryKey }) => isOther || queryKey[1] !== "nodes" });
}

/**
 * Show a change of the list at once: one node instead of another, a new one, or none. The rest is asked again when the house tells of
 * it, so that nobody asks for the story of a node that is gone.
 */
export function showChange(queries: QueryClient, was: string, node?: NodeWords): void {
  queries.setQueryData<readonly NodeWords[]>([...ALL, "nodes"], (before = []) => {
    if (!node) return before.filter((one) => one.name !== was);
    const known = before.some((one) => one.name === was || one.name === node.name);
    return known ? before.map((one) => (one.name === was || one.name === node.name ? node : one)) : [...before, node];
  });
}

/** C-ECHO to some nodes, a few at once; `asking` are those under way, `error` what stopped it. */
export function useEcho() {
  const queries = useQueryClient();
  const [asking, setAsking] = useState<ReadonlySet<string>>(new Set());
  const [error, setError] = useState<unknown>();
  const ask = async (name: string) => {
    setAsking((now) => new Set(now).add(name));
    try {
      await change<EchoWords>("POST", "/api/echo", { node: name });
    } catch (found) {
      setError(found);
    } finally {
      setAsking((now) => new Set([...now].filter((one) => one !== name)));
      await refresh(queries, false);
    }
  };
  const echo = async (names: readonly string[]) => {
    setError(undefined);
    const waiting = [...names];
    const one = async () => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await ask(name);
    };
    await Promise.all(Array.from({ length: Math.min(ECHOES_AT_ONCE, names.length) }, one));
  };
  return { asking, error, echo };
}

/** Do not show a caller again, or show it again. */
export function useIgnore() {
  const queries = useQueryClient();
  return async (wanted: Ignoring) => {
    queries.setQueryData([...ALL, "door"], await change<Door>("POST", "/api/door/ignored", wanted));
  };
}

/** The clock, once a second: "12 s ago" grows by itself. */
export function useNow(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
