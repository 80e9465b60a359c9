/**
 * What the house tells by itself (`GET /api/live`, server-sent events): one stream a page, shared by whoever listens.
 *
 * `useLive("status")` is the latest event of that name; `onLive` calls with each. The stream is opened with the first listener and
 * opened again by the browser when it breaks; `useConnected` says whether the house is heard.
 */
import { useSyncExternalStore } from "react";

type Listener = (words: unknown) => void;

const latest = new Map<string, unknown>();
const listeners = new Map<string, Set<Listener>>();
const connection = new Set<() => void>();
let source: EventSource | undefined;
let connected = true;

function open(): EventSource {
  const stream = new EventSource("/api/live");
  stream.onopen = () => tell(true);
  stream.onerror = () => {
    tell(false);
    // a browser gives up after an answer that is no stream, such as that of a proxy before a house that is starting
    if (stream.readyState === EventSource.CLOSED) setTimeout(openAgain, AGAIN_MILLISECONDS);
  };
  return stream;
}

const AGAIN_MILLISECONDS = 2000;

function openAgain(): void {
  source = open();
  for (const name of listeners.keys()) hear(source, name);
}

function hear(stream: EventSource, name: string): void {
  stream.addEventListener(name, (event: MessageEvent<string>) => {
    const words: unknown = JSON.parse(event.data);
    latest.set(name, words);
    for (const listener of listeners.get(name) ?? []) listener(words);
  });
}

function tell(now: boolean): void {
  if (now === connected) return;
  connected = now;
  for (const listener of connection) listener();
}

function listenersOf(name: string): Set<Listener> {
  let found = listeners.get(name);
  if (!found) {
    found = new Set();
    listeners.set(name, found);
    source ??= open();
    hear(source, name);
  }
  return found;
}

/** Call with each event of this name from now on; the answer ends it. */
export function onLive<Words>(name: string, listener: (words: Words) => void): () => void {
  const mine = listener as Listener;
  const all = listenersOf(name);
  all.add(mine);
  return () => all.delete(mine);
}

/** The latest event of this name, undefined before the first. */
export function useLive<Words>(name: string): Words | undefined {
  return useSyncExternalStore(
    (changed) => onLive(name, changed),
    () => latest.get(name) as Words | undefined,
  );
}

/** Whether the house is heard; true until the first failure, so that nothing flickers at the start. */
export function useConnected(): boolean {
  return useSyncExternalStore(
    (changed) => {
      connection.add(changed);
      return () => connection.delete(changed);
    },
    () => connected,
  );
}
