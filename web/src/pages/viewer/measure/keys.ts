/**
 * The keys of measuring, for as long as the viewer is open: Delete, undo and redo, Escape for a draft, arrows for what has the focus.
 *
 * They come before the keys of the viewer, and are taken from it only where they mean something here.
 */

import { useEffect } from "react";
import type { Point } from "@/model/images";
import { isElsewhere } from "../keyboard";
import { isMeasuring } from "../slots";
import { useViewer } from "../state";
import { finish, reshape } from "./hand";
import { moved, PLACES, type ToolKind, withHandle } from "./shapes";
import { alter, placeOf, redone, removed, undone, useMeasuring } from "./store";

const STEPS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};
const FAR = 10;

export function useMeasuringKeys(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isElsewhere(event.target, event.key)) return;
      if (take(event)) {
        event.preventDefault();
        event.stopPropagation();
      }
    };
    window.addEventListener("keydown", press, { capture: true });
    return () => window.removeEventListener("keydown", press, { capture: true });
  }, []);
}

/** Whether the key meant something. */
function take(event: KeyboardEvent): boolean {
  const now = useMeasuring.getState();
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const ctrl = event.ctrlKey || event.metaKey;
  if (ctrl && key === "z" && !event.shiftKey) return did(now.past.length > 0, () => alter(undone));
  if (ctrl && (key === "y" || key === "z")) return did(now.future.length > 0, () => alter(redone));
  if (key === "Escape" && now.draft) return did(true, () => alter(() => ({ draft: undefined })));
  if (key === "Escape" && now.selected) return did(true, () => alter(() => ({ selected: undefined })));
  if (key === "Delete" || key === "Backspace") {
    const id = now.selected;
    return did(id !== undefined, () => id && alter((state) => removed(state, id)));
  }
  if (key === "Enter" && event.shiftKey) return placeInTheMiddle();
  const step = STEPS[key];
  return step ? nudge(event.target, step, event.shiftKey) : false;
}

function did(can: boolean, act: () => void): boolean {
  if (can) act();
  return can;
}

/** By keyboard alone: the chosen tool's shape in the middle of the active picture, to be moved by its handles. */
function placeInTheMiddle(): boolean {
  const viewer = useViewer.getState();
  const picture = viewer.shown.get(viewer.active);
  const { tool } = viewer;
  if (!picture || !isMeasuring(tool)) return false;
  const kind = tool as ToolKind;
  const [x, y] = [picture.width / 2, picture.height / 2];
  const reach = Math.min(x, y) / 3;
  const corners = [
    { x: x - reach, y: y - reach / 2 },
    { x: x + reach, y: kind === "length" ? y - reach / 2 : y + reach / 2 },
    { x: x - reach, y: y + reach },
    { x: x + reach, y: y + reach / 2 },
  ];
  finish(picture, kind, corners.slice(0, PLACES[kind]).map(picture.toPicture));
  return true;
}

/** Arrows move the shape, or the handle, that has the focus by a pixel of the picture; with Shift by ten. */
function nudge(target: EventTarget | null, step: Point, isFar: boolean): boolean {
  const held = target instanceof SVGElement ? target.closest<SVGElement>("[data-measured]") : null;
  const one = held && useMeasuring.getState().all.find((each) => each.id === held.dataset.measured);
  const viewer = useViewer.getState();
  const cell = Number(held?.dataset.cell ?? -1);
  const picture = viewer.shown.get(cell);
  if (!held || !one || !picture || one.maker || placeOf(picture).key !== one.place.key) return false;
  const factor = isFar ? FAR : 1;
  const by = { x: step.x * factor, y: step.y * factor };
  const handle = Number(held.dataset.handle ?? -1);
  const at = one.points[handle];
  const points = at ? withHandle(one.kind, one.points, handle, { x: at.x + by.x, y: at.y + by.y }) : moved(one.points, by);
  reshape(picture, one, points, true);
  return true;
}
