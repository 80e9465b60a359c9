/**
 * Where the list was left: somebody who comes back from the viewer finds it scrolled as it was, as long as it answers the same question.
 */
import { type RefObject, useLayoutEffect, useRef } from "react";
import type { Rows } from "./rows";

interface Left {
  readonly key: string;
  readonly top: number;
}

let left: Left | undefined;

export function useKeptPlace(rows: Rows, scroller: RefObject<HTMLDivElement | null>): void {
  const now = useRef(rows);
  now.current = rows;
  const isFound = useRef(false);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || !rows.isKnown || isFound.current) return;
    isFound.current = true;
    if (left?.key === rows.key) element.scrollTop = left.top;
  });
  useLayoutEffect(() => {
    // one listener for all the time: one that is exchanged while the event goes round is never called
    const element = scroller.current;
    if (!element) return;
    const remember = () => {
      // hidden while another page is fetched, it is at its top and nobody put it there
      const { key, isKnown } = now.current;
      if (element.clientHeight > 0 && isKnown) left = { key, top: element.scrollTop };
    };
    element.addEventListener("scroll", remember, { passive: true });
    return () => element.removeEventListener("scroll", remember);
  }, [scroller]);
}
