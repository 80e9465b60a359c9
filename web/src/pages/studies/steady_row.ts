/**
 * The row under the pointer stays under the pointer while others arrive above it.
 *
 * The rows of each answer go in; when the row that is pointed at, or else the first one in sight of a list that was scrolled, has
 * another place than before, the list is scrolled by the difference. A list that stands at its top and is not pointed at stays there,
 * so that what arrives is seen.
 */
import { type PointerEvent, type RefObject, useLayoutEffect, useRef, useState } from "react";
import type { Rows } from "./rows";

interface Anchor {
  readonly uid: string;
  readonly place: number;
}

export interface SteadyRow {
  /** The least height of the list, so that there is room to scroll even where its rows do not fill it. */
  readonly height: number;
  readonly onPointerMove: (event: PointerEvent) => void;
  readonly onPointerLeave: () => void;
}

export function useSteadyRow(rows: Rows, scroller: RefObject<HTMLDivElement | null>, rowHeight: number): SteadyRow {
  const [height, setHeight] = useState(0);
  const pointed = useRef<number | undefined>(undefined);
  /** How far the list was scrolled from its top by what arrived, and by nothing else. */
  const pushed = useRef(0);
  const anchor = useRef<Anchor | undefined>(undefined);
  const key = useRef(rows.key);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    if (key.current !== rows.key) {
      // another question has another answer: it begins at its top
      key.current = rows.key;
      anchor.current = undefined;
      pushed.current = 0;
      setHeight(0);
      element.scrollTop = 0;
    }
    const before = anchor.current;
    const held = before && rows.placeOf(before.uid);
    if (before && held !== undefined && held !== before.place) {
      const top = element.scrollTop + (held - before.place) * rowHeight;
      const least = top + element.clientHeight;
      if (element.scrollHeight < least) {
        setHeight(least);
        const inner = element.firstElementChild;
        if (inner instanceof HTMLElement) inner.style.height = `${least}px`;
      }
      if (element.scrollTop === pushed.current) pushed.current = Math.max(0, top);
      element.scrollTop = Math.max(0, top);
    }
    anchor.current = choose(rows, element, pointed.current, rowHeight);
  }, [rows, scroller, rowHeight]);

  return {
    height,
    onPointerMove: (event) => {
      const element = scroller.current;
      if (!element) return;
      if (pointed.current === undefined) pushed.current = 0;
      pointed.current = event.clientY - element.getBoundingClientRect().top;
      anchor.current = choose(rows, element, pointed.current, rowHeight);
    },
    onPointerLeave: () => {
      pointed.current = undefined;
      const element = scroller.current;
      // what came above while the pointer was here is shown now
      if (element && pushed.current > 0 && element.scrollTop === pushed.current) element.scrollTop = 0;
      pushed.current = 0;
      setHeight(0);
      if (element) anchor.current = choose(rows, element, undefined, rowHeight);
    },
  };
}

function choose(rows: Rows, element: HTMLElement, pointed: number | undefined, rowHeight: number): Anchor | undefined {
  if (pointed === undefined && element.scrollTop === 0) return undefined;
  const place = Math.floor((element.scrollTop + (pointed ?? 0)) / rowHeight);
  const uid = rows.at(place)?.study_instance_uid;
  return uid === undefined ? undefined : { uid, place };
}
