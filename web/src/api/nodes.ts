/**
 * The nodes that are known (`/api/nodes`), asked again when the house says that their list has changed; one cache for all pages. And how
 * an entry is looked over while it is written, and kept.
 */
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { change, get } from "./http";
import { onLive } from "./live";
import type { FindingWords, NodeDraft, NodeEntry, NodeKept, NodeStory, NodeWords } from "./words";

const KEY = ["network", "nodes"] as const;

/** A node's path: its name may hold slashes, which stay. */
export function pathOf(name: string): string {
  return name.split("/").map(encodeURIComponent).join("/");
}

/** An entry for one device: it can be called, and a range of addresses or a title with a star cannot (`nodes/wildcard`). */
export function canBeCalled(node: NodeWords): boolean {
  return !(node.ae_title.endsWith("*") || node.host.includes("/") || node.host.includes("*"));
}

/** `isWanted` waits with asking until somebody wants to see them. */
export function useNodes(isWanted = true) {
  const queries = useQueryClient();
  const seen = useRef<number>(undefined);
  useEffect(
    () =>
      onLive<{ readonly list: number }>("network", ({ list }) => {
        if (seen.current !== undefined && seen.current !== list) void queries.invalidateQueries({ queryKey: KEY });
        seen.current = list;
      }),
    [queries],
  );
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => get<readonly NodeWords[]>("/api/nodes", undefined, signal),
    enabled: isWanted,
  });
}

/** How a node stands and what it did lately; asked again after so many milliseconds where that is given. */
export function useStory(name: string, againMs?: number) {
  return useQuery({
    queryKey: ["network", "story", name],
    queryFn: ({ signal }) => get<NodeStory>(`/api/node-states/${pathOf(name)}`, undefined, signal),
    enabled: name !== "",
    refetchInterval: againMs ?? false,
  });
}

/** Keep an entry under its name; `was` is the one that it had, where that was another. */
export function keepNode(name: string, entry: NodeEntry, was = ""): Promise<NodeKept> {
  return change<NodeKept>("PUT", `/api/nodes/${pathOf(name)}${was ? `?was=${encodeURIComponent(was)}` : ""}`, entry);
}

/** So long nobody writes before the house is asked. */
const SETTLED_MS = 200;

/** What the house finds about an entry, once the hand that writes it rests; nothing while fields are still empty. */
export function useNodeFindings<Draft>(written: Draft, toNode: (written: Draft) => NodeDraft): readonly FindingWords[] {
  const [settled] = useDebouncedValue(written, SETTLED_MS);
  const wanted = toNode(settled);
  const isComplete = Boolean(wanted.name.trim() && wanted.entry.ae_title && wanted.entry.host);
  const found = useQuery({
    queryKey: ["node findings", wanted],
    queryFn: ({ signal }) => change<readonly FindingWords[]>("POST", "/api/node-findings", wanted, signal),
    enabled: isComplete,
    placeholderData: (before) => before,
    gcTime: 0,
  });
  return isComplete ? (found.data ?? []) : [];
}
