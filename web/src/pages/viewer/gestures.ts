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
  const hand = new Hand(element, place);
  element.addEventListener("pointerdown", (event) => hand.down(event), { signal });
  element.addEventListener("pointermove", (event) => hand.move(event), { signal });
  element.addEventListener("pointerup", (event) => hand.up(event), { signal });
  element.addEventListener("pointercancel", (event) => hand.up(event), { signal });
  element.addEventListener("wheel", (event) => hand.turn(event), { signal, passive: false });
  element.addEventListener("contextmenu", (event) => hand.menu(event), { signal });
  element.addEventListener("dblclick", () => change((now) => ({ full: !now.full, active: place })), { signal });
  return () => {
    hand.rest();
    end.abort();
  };
}

/** One cell's hand: what is pressed now, and where it has come from. */
class Hand {
  private readonly wheel = new WheelSteps();
  private readonly touches = new Map<number, Point>();
  private drag: Drag | undefined;
  private press: number | undefined;

  constructor(
    private readonly element: HTMLElement,
    private readonly place: number,
  ) {}

  down(event: PointerEvent): void {
    const from = this.at(event);
    const { tool } = useViewer.getState();
    if (event.pointerType === "touch") this.touched(event.pointerId, from, tool);
    else {
      const meaning = meaningOf(event.button, tool, event.ctrlKey);
      if (!meaning || isMeasuring(meaning)) return;
      this.drag = { meaning, from, last: from, isMoving: false, rest: 0 };
      if (event.button === 1) event.preventDefault();
      if (meaning === "magnify") magnify(this.place, from);
    }
    this.element.setPointerCapture(event.pointerId);
  }

  /** One finger scrolls unless another tool was chosen, or becomes the window after a long press; two pan and zoom. */
  private touched(pointer: number, from: Point, tool: ToolName): void {
    this.touches.set(pointer, from);
    const byFinger: ToolName = tool === "window" || isMeasuring(tool) ? "scroll" : tool;
    this.drag = { meaning: this.touches.size === 1 ? byFinger : "pan", from, last: from, isMoving: false, rest: 0 };
    clearTimeout(this.press);
    this.press = window.setTimeout(() => {
      if (this.drag && !this.drag.isMoving && this.touches.size === 1) this.drag = { ...this.drag, meaning: "window" };
    }, LONG_PRESS_MS);
  }

  move(event: PointerEvent): void {
    const { drag, place } = this;
    const slot = slotAt(place);
    if (!drag || !slot || !this.element.hasPointerCapture(event.pointerId)) return;
    const here = this.at(event);
    if (this.touches.size >= 2) {
      pinch(place, slot, this.touches, event.pointerId, here);
      return;
    }
    if (!drag.isMoving && Math.hypot(here.x - drag.from.x, here.y - drag.from.y) < TREMBLE) return;
    drag.isMoving = true;
    const by = { x: here.x - drag.last.x, y: here.y - drag.last.y };
    drag.last = here;
    if (this.touches.has(event.pointerId)) this.touches.set(event.pointerId, here);
    follow(place, slot, drag, by, here, event.shiftKey);
  }

  up(event: PointerEvent): void {
    const { drag, place } = this;
    const isClick = drag !== undefined && !drag.isMoving && event.type === "pointerup";
    this.touches.delete(event.pointerId);
    this.rest();
    if (drag?.meaning === "magnify") magnify(place, undefined);
    else if (isClick && event.button === 0) putCrosshair(place, this.at(event));
    if (isClick && event.button === 2) openPictureMenu({ x: event.clientX, y: event.clientY }, place);
  }

  turn(event: WheelEvent): void {
    event.preventDefault();
    const { place } = this;
    const slot = slotAt(place);
    if (!slot) return;
    if (event.ctrlKey || event.metaKey) {
      change((now) => look(now, place, wheelZoom(viewNow(now, slot), slot.size, slot, this.at(event), event.deltaY)));
      return;
    }
    const steps = this.wheel.take(event) * (event.shiftKey ? FAST : 1);
    if (steps !== 0) change((now) => scrollBy(now, place, steps));
  }

  /** A right click opens the menu when it ends, since it may become a drag; only the menu key of a keyboard opens it here. */
  menu(event: MouseEvent): void {
    event.preventDefault();
    const isKey = event instanceof PointerEvent && event.pointerType === "";
    const box = this.element.getBoundingClientRect();
    if (isKey) openPictureMenu({ x: box.left + box.width / 2, y: box.top + box.height / 2 }, this.place);
  }

  rest(): void {
    clearTimeout(this.press);
    this.drag = undefined;
  }

  private at(event: MouseEvent): Point {
    const box = this.element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }
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
