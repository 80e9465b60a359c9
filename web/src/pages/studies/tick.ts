/** Look again each second while studies arrive, so that the end of an arrival is seen though nobody tells it. */
import { useEffect, useState } from "react";
import type { Arrivals } from "./arrivals";

const SECOND = 1000;

export function useTick(arrivals: Arrivals): void {
  const [, look] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => {
      const now = Date.now();
      if (arrivals.isBusy(now - SECOND)) look(now);
    }, SECOND);
    return () => clearInterval(timer);
  }, [arrivals]);
}
