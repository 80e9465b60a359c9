/**
 * The measuring hand on one picture: pointers and keys of its layer become drafts, shapes and changes of shapes.
 *
 * It takes the left button where a measuring tool is chosen or a shape is hit, and stops the event there; everything else goes on to the
 * hand of the cell below. Two places of a length may be dragged or clicked, as one likes.
 */

import type { Point } from "@/model/images";
import { isMeasuring, type PictureSlot } from "../slots";
import { useViewer } from "../state";
import { hitAt } from "./hits";
import { readingOf } from "./readings";
import { moved, PLACES, shapeOf, type ToolKind, withHandle } from "./shapes";
import { added, alter, type Measured, newUid, placeOf, reshaped, useMeasuring } from "./store";

/** A pressed pointer may tremble so many pixels before it draws. */
const TREMBLE = 3;

interface Grip {
  readonly id: string;
  /** -1 holds the whole shape. */
  readonly handle: number;
  readonly from: Point;
  readonly points: readonly Point[];
  hasMoved: boolean;
}

/** Listen on the layer of a cell; `pictureNow` is what it shows. Gives the end of listening. */
export function attach(layer: SVGSVGElement, pictureNow: () => PictureSlot): () => void {
  const end = new AbortController();
  const { signal } = end;
  let grip: Grip | undefined;
  let pressed: Point | undefined;

  const at = (event: MouseEvent): Point => {
    const box = layer.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  const down = (event: PointerEvent) => {
    if (event.button !== 0 || !event.isPrimary || event.ctrlKey || event.metaKey) return;
    const here = at(event);
    const picture = pictureNow();
    const { draft } = useMeasuring.getState();
    const hit = draft ? undefined : hitAt(picture, here, event.pointerType === "touch");
    const tool = useViewer.getState().tool;
    if (!draft && !hit && !isMeasuring(tool)) {
      alter((now) => (now.selected ? { selected: undefined } : {}));
      return;
    }
    event.stopPropagation();
    event.preventDefault();
    layer.focus({ preventScroll: true });
    layer.setPointerCapture(event.pointerId);
    pressed = here;
    if (hit) {
      alter(() => ({ selected: hit.one.id }));
      const { id, points, maker } = hit.one;
      grip = maker ? undefined : { id, handle: hit.handle, from: picture.toPicture(here), points, hasMoved: false };
      return;
    }
    point(picture, tool as ToolKind, picture.toPicture(here));
  };

  const move = (event: PointerEvent) => {
    const here = at(event);
    const picture = pictureNow();
    const place = picture.toPicture(here);
    if (grip) {
      if (!grip.hasMoved && pressed && Math.hypot(here.x - pressed.x, here.y - pressed.y) < TREMBLE) return;
      const isFirst = !grip.hasMoved;
      grip.hasMoved = true;
      drag(picture, grip, place, isFirst);
      return;
    }
    const { draft } = useMeasuring.getState();
    if (draft?.cell === picture.cell) {
      if (draft.place.key !== placeOf(picture).key) return alter(() => ({ draft: undefined }));
      return alter(() => ({ draft: { ...draft, places: [...draft.places.slice(0, -1), place] } }));
    }
    if (pressed) return;
    const hit = hitAt(picture, here, false);
    layer.style.cursor = hit ? (hit.handle < 0 ? "move" : "grab") : isMeasuring(useViewer.getState().tool) ? "crosshair" : "";
    alter((now) => (now.pointed === hit?.one.id ? {} : { pointed: hit?.one.id }));
  };

  const up = (event: PointerEvent) => {
    const here = at(event);
    const dragged = pressed && Math.hypot(here.x - pressed.x, here.y - pressed.y) >= TREMBLE;
    pressed = undefined;
    grip = undefined;
    const { draft } = useMeasuring.getState();
    if (!draft || event.type !== "pointerup") return;
    event.stopPropagation();
    if (dragged) advance(pictureNow(), pictureNow().toPicture(here));
  };

  layer.addEventListener("pointerdown", down, { signal });
  layer.addEventListener("pointermove", move, { signal });
  layer.addEventListener("pointerup", up, { signal });
  layer.addEventListener("pointercancel", up, { signal });
  layer.addEventListener("pointerleave", () => alter((now) => (now.pointed ? { pointed: undefined } : {})), { signal });
  layer.addEventListener("dblclick", (event) => hitAt(pictureNow(), at(event), false) && event.stopPropagation(), { signal });
  return () => end.abort();
}

/** A place was pointed at: it begins a shape, or goes on with the one in hand. */
function point(picture: PictureSlot, kind: ToolKind, place: Point): void {
  const { draft } = useMeasuring.getState();
  if (draft && draft.cell === picture.cell && draft.kind === kind && draft.place.key === placeOf(picture).key) {
    advance(picture, place);
    return;
  }
  if (PLACES[kind] === 1) {
    finish(picture, kind, [place]);
    return;
  }
  alter(() => ({ draft: { kind, cell: picture.cell, place: placeOf(picture), places: [place, place] }, selected: undefined }));
}

/** The last place of the draft is settled; the next one follows the pointer, or the shape is done. */
function advance(picture: PictureSlot, place: Point): void {
  const { draft } = useMeasuring.getState();
  if (!draft) return;
  const settled = [...draft.places.slice(0, -1), place];
  if (settled.length >= PLACES[draft.kind]) finish(picture, draft.kind, settled);
  else alter(() => ({ draft: { ...draft, places: [...settled, place] } }));
}

export function finish(picture: PictureSlot, kind: ToolKind, places: readonly Point[]): void {
  const points = shapeOf(kind, places);
  const one: Measured = {
    id: newUid(),
    kind,
    place: placeOf(picture),
    points,
    reading: readingOf(picture, kind, points),
    maker: "",
  };
  alter((now) => added(now, one));
}

function drag(picture: PictureSlot, grip: Grip, place: Point, isFirst: boolean): void {
  const one = useMeasuring.getState().all.find((each) => each.id === grip.id);
  if (!one || one.place.key !== placeOf(picture).key) return;
  const by = { x: place.x - grip.from.x, y: place.y - grip.from.y };
  const points = grip.handle < 0 ? moved(grip.points, by) : withHandle(one.kind, grip.points, grip.handle, place);
  reshape(picture, one, points, isFirst);
}

export function reshape(picture: PictureSlot, one: Measured, points: readonly Point[], isFirst: boolean): void {
  alter((now) => reshaped(now, one.id, points, readingOf(picture, one.kind, points), isFirst));
}
