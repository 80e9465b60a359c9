/**
 * The thumb of the list: 4 wide, over the rows, as the picture has it, and dragged like any other.
 *
 * It measures its scroller whenever that scrolls or changes its size. The scroller's own bar is hidden by its style.
 */
import { type PointerEvent, type RefObject, useLayoutEffect, useRef, useState } from "react";
import styles from "./table.module.css";

const LEAST = 32;

interface Place {
  readonly top: number;
  readonly height: number;
}

export function ScrollThumb({ scroller, whole }: { readonly scroller: RefObject<HTMLDivElement | null>; readonly whole: number }) {
  const [place, setPlace] = useState<Place | undefined>();
  const grip = useRef<number | undefined>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another height of the whole is another thumb
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => setPlace(placeIn(element));
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      watch.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, [scroller, whole]);
  const drag = (event: PointerEvent) => {
    const element = scroller.current;
    if (!element || !place || grip.current === undefined) return;
    const top = event.clientY - element.getBoundingClientRect().top - grip.current;
    const share = top / Math.max(1, element.clientHeight - place.height);
    element.scrollTop = share * (element.scrollHeight - element.clientHeight);
  };
  if (!place) return null;
  return (
    <div
      className={styles.thumb}
      style={{ height: place.height, transform: `translateY(${place.top}px)` }}
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        grip.current = event.clientY - event.currentTarget.getBoundingClientRect().top;
      }}
      onPointerMove={drag}
      onPointerUp={() => {
        grip.current = undefined;
      }}
    />
  );
}

function placeIn(element: HTMLElement): Place | undefined {
  const { clientHeight, scrollHeight, scrollTop } = element;
  if (scrollHeight <= clientHeight + 1) return undefined;
  const height = Math.max(LEAST, (clientHeight * clientHeight) / scrollHeight);
  return { height, top: (scrollTop / (scrollHeight - clientHeight)) * (clientHeight - height) };
}
