/** What arrives while a study is open appears by itself: the strip grows, stacks get their new images, nothing on the screen moves. */

import { useEffect } from "react";
import { onLive } from "@/api/live";
import { useViewer } from "./state";
import { refreshStudy } from "./study";

/** Images come many a second; the study is looked at again when this has passed. */
const PAUSE_MS = 2000;

export function useArrivals(): void {
  const study = useViewer((now) => now.study);
  useEffect(() => {
    if (!study) return;
    const end = new AbortController();
    let held: number | undefined;
    let timer: number | undefined;
    const look = () => {
      timer = undefined;
      // a house that is silent for a moment is asked again with the next event
      refreshStudy(study, end.signal).catch(() => undefined);
    };
    const stop = onLive<{ readonly instances: number }>("status", ({ instances }) => {
      if (held !== undefined && instances !== held) timer ??= window.setTimeout(look, PAUSE_MS);
      held = instances;
    });
    return () => {
      stop();
      clearTimeout(timer);
      end.abort();
    };
  }, [study]);
}
