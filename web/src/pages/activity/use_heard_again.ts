/** Calls when the house is heard again after it was not: what happened meanwhile is told by nobody, and has to be asked for. */
import { useEffect, useRef } from "react";
import { useConnected } from "@/api/live";

/** `ask` has to stay the same from one drawing to the next. */
export function useHeardAgain(ask: () => unknown): void {
  const connected = useConnected();
  const before = useRef(connected);
  useEffect(() => {
    if (connected && !before.current) void ask();
    before.current = connected;
  }, [connected, ask]);
}
