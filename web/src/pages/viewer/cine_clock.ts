/** Cine, driven by the screen's own clock: the frame that is due is shown, what cannot be shown in time is skipped. */

import { useEffect } from "react";
import { frameStore } from "@/imaging/frame_store";
import { showImage } from "./cells";
import { dueFrame, reelOf, timeOf } from "./cine";
import { activeCell, change, stackOf, useViewer } from "./state";

export function useCine(): void {
  const factor = useViewer((now) => now.cine?.factor);
  const place = useViewer((now) => now.active);
  const stack = useViewer((now) => stackOf(now, activeCell(now)));
  useEffect(() => {
    if (factor === undefined || !stack || stack.frames.length < 2) return;
    const reel = reelOf(stack);
    const start = performance.now() - timeOf(reel, useViewer.getState().cells[place]?.index ?? 0) / factor;
    let request = 0;
    const tick = (moment: number) => {
      const due = dueFrame(reel, (moment - start) * factor);
      const frame = stack.frames[due];
      // what is not there yet is waited for without stopping the clock
      if (frame && frameStore.has(frame)) change((now) => showImage(now, place, due));
      request = requestAnimationFrame(tick);
    };
    request = requestAnimationFrame(tick);
    return () => cancelAnimationFrame(request);
  }, [factor, place, stack]);
}
