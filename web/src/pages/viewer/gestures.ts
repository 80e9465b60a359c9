/**
 * The hand on a picture: pointers, wheel and touch of one element, turned into changes of the state (`hand` does the sums).
 *
 * Events come from the element; a measurement that takes one stops it there, before it comes here. Right without a drag opens the menu
 * of the picture.
 */

import { type RefObject, useEffect } from "react";
import type { Point, View } from "@/model/images";
import { chooseWindow, look } from "./cells";
import { dragged, draggedWindow, draggedZoom, meaningOf, pinched, pixelsAnImage, WheelSteps, wheelZoom } from "./hand";
import { openPictureMenu } from "./picture_menu_state";
import { rangeOf } from "./ranges";
import { putCrosshair, scrollBy } from "./scrolling";
import { isMeasuring, type PictureSlot, type ToolName } from "./slots";
import { change, useViewer, type Viewer } from "./state";

const FAST = 5;
/** Pixels that a pressed pointer may tremble before it drags. */
const TREMBLE = 3;
const LONG_PRESS_MS = 500;

interface Drag {
  readonly meaning: ToolName;
  readonly from: Point;
  last: Point;
  isMoving: boolean;
  /** Parts of an image that a slow drag has not made a step yet. */
  rest: number;
}

export function useGestures(surface: RefObject<HTMLElement | null>, place: number): void {
  useEffect(() => {
    const element = surface.current;
    return element ? attach(element, place) : undefined;
  }, [surface, place]);
}

const slotAt = (place: number) => useViewer.getState().shown.get(place);

function attach(element: HTMLElement, place: number): () => void {
  const end = new AbortController();
  const { signal } = end;
  const wheel = new WheelSteps();
  const touches = new Map<number, Point>();
  let drag: Drag | undefined;
  let press: number | undefined;

  const at = (event: MouseEvent): Point => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  const down = (event: PointerEvent) => {
    const from = at(event);
    const tool = useViewer.getState().tool;
    if (event.pointerType === "touch") {
      touches.set(event.pointerId, from);
      const byFinger: ToolName = tool === "window" || isMeasuring(tool) ? "scroll" : tool;
      drag = { meaning: touches.size === 1 ? byFinger : "pan", from, last: from, isMoving: false, rest: 0 };
      clearTimeout(press);
      press = window.setTimeout(() => {
        if (drag && !drag.isMoving && touches.size === 1) drag = { ...drag, meaning: "window" };
      }, LONG_PRESS_MS);
    } else {
      const meaning = meaningOf(event.button, tool, event.ctrlKey);
      if (!meaning || isMeasuring(meaning)) return;
      drag = { meaning, from, last: from, isMoving: false, rest: 0 };
      if (event.button === 1) event.preventDefault();
      if (meaning === "magnify") magnify(place, from);
    }
    element.setPointerCapture(event.pointerId);
  };

  const move = (event: PointerEvent) => {
    const slot = slotAt(place);
    if (!drag || !slot || !element.hasPointerCapture(event.pointerId)) return;
    const here = at(event);
    if (touches.size >= 2) {
      pinch(place, slot, touches, event.pointerId, here);
      return;
    }
    if (!drag.isMoving && Math.hypot(here.x - drag.from.x, here.y - drag.from.y) < TREMBLE) return;
    drag.isMoving = true;
    const by = { x: here.x - drag.last.x, y: here.y - drag.last.y };
    drag.last = here;
    touches.set(event.pointerId, here);
    follow(place, slot, drag, by, here, event.shiftKey);
  };

  const up = (event: PointerEvent) => {
    const isClick = drag !== undefined && !drag.isMoving && event.type === "pointerup";
    if (isClick && event.button === 0 && drag?.meaning !== "magnify") putCrosshair(place, at(event));
    touches.delete(event.pointerId);
    clearTimeout(press);
    if (drag?.meaning === "magnify") magnify(place, undefined);
    drag = undefined;
    if (isClick && event.button === 2) openPictureMenu({ x: event.clientX, y: event.clientY }, place);
  };

  const turn = (event: WheelEvent) => {
    event.preventDefault();
    const slot = slotAt(place);
    if (!slot) return;
    if (event.ctrlKey || event.metaKey) {
      change((now) => look(now, place, wheelZoom(viewNow(now, slot), slot.size, slot, at(event), event.deltaY)));
      return;
    }
    const steps = wheel.take(event) * (event.shiftKey ? FAST : 1);
    if (steps !== 0) change((now) => scrollBy(now, place, steps));
  };

  element.addEventListener("pointerdown", down, { signal });
  element.addEventListener("pointermove", move, { signal });
  element.addEventListener("pointerup", up, { signal });
  element.addEventListener("pointercancel", up, { signal });
  element.addEventListener("wheel", turn, { signal, passive: false });
  element.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
  element.addEventListener("dblclick", () => change((now) => ({ full: !now.full, active: place })), { signal });
  return () => {
    clearTimeout(press);
    end.abort();
  };
}

/** The view as it stands, which may be ahead of what is drawn; a picture that fits its cell lies as it is drawn. */
function viewNow(now: Viewer, slot: PictureSlot): View {
  const view = now.cells[slot.cell]?.view ?? slot.view;
  return view.zoom === undefined ? { ...view, zoom: slot.view.zoom, pan: slot.view.pan } : view;
}

function follow(place: number, slot: PictureSlot, drag: Drag, by: Point, here: Point, isFine: boolean): void {
  switch (drag.meaning) {
    case "window": {
      const { voi, pixels } = slot;
      if (pixels?.kind === "colour") {
        // a colour has no window: the hand moves the picture
        change((now) => look(now, place, dragged(viewNow(now, slot), by)));
        return;
      }
      if (!voi || !pixels) return;
      const range = rangeOf(pixels);
      change((now) => chooseWindow(now, place, draggedWindow(now.cells[place]?.voi ?? voi, by, range, isFine)));
      return;
    }
    case "pan":
      change((now) => look(now, place, dragged(viewNow(now, slot), by)));
      return;
    case "zoom":
      change((now) => look(now, place, draggedZoom(viewNow(now, slot), slot.size, slot, drag.from, by.y)));
      return;
    case "scroll": {
      drag.rest += by.y / pixelsAnImage(slot.height, slot.count);
      const steps = Math.trunc(drag.rest);
      drag.rest -= steps;
      if (steps !== 0) change((now) => scrollBy(now, place, steps));
      return;
    }
    case "magnify":
      magnify(place, here);
      return;
    default:
  }
}

function pinch(place: number, slot: PictureSlot, touches: Map<number, Point>, moved: number, here: Point): void {
  const [first, second] = [...touches.keys()];
  if (first === undefined || second === undefined) return;
  const pair = () => [touches.get(first) ?? here, touches.get(second) ?? here] as const;
  const before = pair();
  touches.set(moved, here);
  change((now) => look(now, place, pinched(viewNow(now, slot), slot.size, slot, before, pair())));
}

function magnify(place: number, at: Point | undefined): void {
  change(() => ({ magnified: at && { cell: place, at } }));
}
