/**
 * One cell: a picture with everything that stands on it, a document, or the place for one.
 *
 * The cell's state comes from the store; the picture from `pictures`; what the hand does here goes to `gestures`. Each cell tells the store
 * what it has on the screen, which the panel, the other cells and the saving of pictures read.
 */

import { type DragEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { draw } from "@/imaging/draw";
import type { DicomFrame } from "@/imaging/frames";
import type { ImagePlane } from "@/imaging/geometry";
import type { DicomStack } from "@/imaging/stacks";
import { apply, type CanvasSize, canvasToImage, fitZoom, imageToCanvas, pictureSize, zoomOf } from "@/imaging/view";
import type { Point, View } from "@/model/images";
import { Fault } from "@/parts/fault";
import styles from "./cell.module.css";
import { hang, markSeen } from "./cells";
import { CineBar } from "./cine_bar";
import { type Axis, cutPlane } from "./cutting";
import { useGestures } from "./gestures";
import { CrosshairLines, ReferenceLines } from "./lines";
import { Magnifier } from "./magnifier";
import { chestWallOf } from "./mammography";
import { Measurements } from "./measure/measurements";
import { Letters, ScaleBar, SliceSlider, Texts } from "./overlays";
import { DocumentCell } from "./panel/document_cell";
import { type Shown, useCut, useFrame } from "./pictures";
import { boxFor, placeIn } from "./scrolling";
import { SERIES_TYPE } from "./series_strip";
import type { PictureSlot } from "./slots";
import { type Cell, change, stackOf, useViewer } from "./state";

export function CellView({ place }: { readonly place: number }) {
  const cell = useViewer((now) => now.cells[place]);
  const stack = useViewer((now) => (cell ? stackOf(now, cell) : undefined));
  const paper = useViewer((now) => (cell?.shows === undefined ? undefined : now.documents.get(cell.shows)));
  const active = useViewer((now) => now.active === place);
  const [isTarget, setTarget] = useState(false);
  if (!cell) return null;
  const drop = (event: DragEvent) => {
    const id = event.dataTransfer.getData(SERIES_TYPE);
    setTarget(false);
    if (!id) return;
    event.preventDefault();
    event.stopPropagation();
    change((now) => hang(now, place, id));
  };
  const over = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes(SERIES_TYPE)) return;
    event.preventDefault();
    setTarget(true);
  };
  const names = [styles.cell, active && styles.active, isTarget && styles.target];
  return (
    <section
      data-cell={place}
      className={names.filter(Boolean).join(" ")}
      aria-label={`Cell ${place + 1}${stack ? `, ${stack.label}` : paper ? `, ${paper.label}` : ""}`}
      onDrop={drop}
      onDragOver={over}
      onDragLeave={() => setTarget(false)}
      onPointerDownCapture={() => change((now) => (now.active === place ? {} : { active: place }))}
      onFocus={() => change((now) => (now.active === place ? {} : { active: place }))}
    >
      {stack && <Picture key={`${stack.id} ${cell.cut}`} place={place} cell={cell} stack={stack} active={active} />}
      {paper && <DocumentCell document={paper} />}
      {!stack && !paper && <EmptyCell />}
    </section>
  );
}

function Picture(props: PictureProps) {
  const { cut } = props.cell;
  return cut === "acquired" ? <FrameCell {...props} /> : <CutCell {...props} cut={cut} />;
}

function EmptyCell() {
  const listed = useViewer((now) => now.listed);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: an empty cell can be chosen by keyboard, and filled with Ctrl and an arrow
    <div className={styles.empty} tabIndex={0}>
      {listed && <p>Drag a series here</p>}
    </div>
  );
}

interface PictureProps {
  readonly place: number;
  readonly cell: Cell;
  readonly stack: DicomStack;
  readonly active: boolean;
}

function FrameCell(props: PictureProps) {
  const { stack, cell } = props;
  const shown = useFrame(stack, cell.index);
  useEffect(() => {
    if (shown.picture && !shown.isLate) change((now) => markSeen(now, stack.id, cell.index));
  }, [shown.picture, shown.isLate, stack, cell.index]);
  return <PictureCell {...props} shown={shown} />;
}

function CutCell({ cut, ...props }: PictureProps & { readonly cut: Axis }) {
  const at = useViewer((now) => now.crosshair?.at);
  const slab = useViewer((now) => now.cutting?.slab);
  const shown = useCut(`cell ${props.place}`, props.stack, cut, at, slab);
  return <PictureCell {...props} shown={shown} />;
}

function PictureCell({ place, cell, stack, active, shown }: PictureProps & { readonly shown: Shown }) {
  const surface = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(surface);
  const slot = useSlot({ place, cell, stack, active }, shown, size);
  const texts = useViewer((now) => now.texts);
  useGestures(surface, place);
  useLayoutEffect(() => {
    if (canvas.current && slot) paint(canvas.current, slot, texts);
  }, [slot, texts]);
  useEffect(() => {
    if (slot) change((now) => ({ shown: new Map(now.shown).set(place, slot) }));
  }, [slot, place]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the picture takes the keys that scroll it
    <div ref={surface} className={styles.surface} tabIndex={0} role="application" aria-label={describe(slot, stack)}>
      <canvas ref={canvas} className={styles.canvas} />
      {slot && (
        <>
          <ReferenceLines slot={slot} />
          <CrosshairLines slot={slot} />
          {texts && <Texts slot={slot} label={cell.voi ? cell.voiLabel : ""} notes={shown.notes} />}
          {texts && <ScaleBar slot={slot} />}
          <Letters slot={slot} />
          <Measurements picture={slot} />
          <Magnifier slot={slot} />
          <SliceSlider slot={slot} />
          <CineBar slot={slot} />
        </>
      )}
      {shown.isLate && shown.progress === undefined && (
        <div className={styles.late} role="progressbar" aria-label="The picture is fetched" />
      )}
      {shown.progress !== undefined && shown.fault === undefined && <Loading part={shown.progress} />}
      {shown.fault !== undefined && (
        <div className={styles.fault}>
          <Fault tried="This picture cannot be shown" error={shown.fault} />
        </div>
      )}
    </div>
  );
}

/** A volume needs all of its slices: how far they are. */
function Loading({ part }: { readonly part: number }) {
  const percent = Math.round(part * 100);
  return (
    <div className={styles.loading}>
      <div
        className={styles.bar}
        role="progressbar"
        aria-label="The slices are read"
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <div style={{ width: `${percent}%` }} />
      </div>
      Slices {percent} %
    </div>
  );
}

/** The overlays of the file are texts as well: they come and go with the others. */
function paint(canvas: HTMLCanvasElement, slot: PictureSlot, texts: boolean): void {
  const { pixels, picture, voi, inverted, view, size } = slot;
  if (!pixels || !voi) return;
  const overlays = texts ? (picture?.overlays ?? []) : [];
  const ratio = window.devicePixelRatio || 1;
  const drawing = { pixels, voi, inverted, view, aspect: size.aspect, smooth: true, overlays, shutter: picture?.shutter };
  draw(canvas, drawing, { width: slot.width, height: slot.height, ratio });
}

function describe(slot: PictureSlot | undefined, stack: DicomStack): string {
  return slot ? `${stack.label}, ${slot.index + 1} of ${slot.count}` : stack.label;
}

/** The size of an element in CSS pixels; undefined until it is laid out. */
function useSize(element: React.RefObject<HTMLElement | null>): CanvasSize | undefined {
  const [size, setSize] = useState<CanvasSize>();
  useLayoutEffect(() => {
    const target = element.current;
    if (!target) return;
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = target;
      const ratio = window.devicePixelRatio || 1;
      const isSame = (now: CanvasSize | undefined) => now?.width === width && now.height === height && now.ratio === ratio;
      if (width > 0 && height > 0) setSize((now) => (isSame(now) ? now : { width, height, ratio }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(target);
    return () => observer.disconnect();
  }, [element]);
  return size;
}

/** What stands in the cell, in one value that changes only when something of it does. */
function useSlot(
  { place, cell, stack, active }: PictureProps,
  shown: Shown,
  canvas: CanvasSize | undefined,
): PictureSlot | undefined {
  const at = useViewer((now) => placeIn(now, place).index);
  const count = useViewer((now) => placeIn(now, place).count);
  const cutting = useViewer((now) => now.cutting !== undefined);
  const { frame, picture, pixels, plane, voi: firstVoi } = shown;
  return useMemo(() => {
    const size = frame ? pictureSize(frame) : plane && { columns: plane.columns, rows: plane.rows, aspect: 1 };
    if (!canvas || !size) return undefined;
    const common = cutting && cell.view.zoom === undefined ? commonZoom(stack, plane, canvas) : undefined;
    const zoom = common ?? zoomOf(cell.view, size, canvas);
    const view = { ...cell.view, zoom, pan: anchored(cell.view, frame, size.columns * zoom, canvas) };
    const forth = imageToCanvas(size, canvas, view);
    const back = canvasToImage(size, canvas, view);
    return {
      cell: place,
      active,
      stack,
      cut: cell.cut,
      index: at,
      count,
      frame,
      size,
      pixels,
      picture,
      plane,
      voi: cell.voi ?? firstVoi,
      inverted: cell.inverted,
      view,
      width: canvas.width,
      height: canvas.height,
      toScreen: (point) => apply(forth, point),
      toPicture: (point) => apply(back, point),
    };
  }, [place, cell, stack, active, frame, picture, pixels, plane, firstVoi, canvas, at, count, cutting]);
}

/** A mammogram that nobody has zoomed stands with its chest wall at the edge of its cell. */
function anchored(view: View, frame: DicomFrame | undefined, width: number, canvas: CanvasSize): Point {
  const isHung = view.zoom === undefined && view.rotation % 2 === 0;
  const side = isHung && frame ? chestWallOf(frame, view) : undefined;
  if (!side) return view.pan;
  const room = Math.max((canvas.width - width) / 2, 0);
  return { x: view.pan.x + (side === "right" ? room : -room), y: view.pan.y };
}

/** How much longer than a volume's own sides a cell has to be for its tilted cuts; their corners are air. */
const TILTED = 1.12;

/** In three planes a millimetre is equally long in all cells: the largest cut just fits, without the corners of a tilted volume. */
function commonZoom(stack: DicomStack, plane: ImagePlane | undefined, canvas: CanvasSize): number | undefined {
  const box = boxFor(stack);
  const frame = stack.frames[0];
  if (!box || !plane || !frame) return undefined;
  const upright = (["axial", "coronal", "sagittal"] as const).map((cut) => {
    const { columns, rows } = cutPlane(box, cut, box.low);
    return fitZoom({ columns, rows, aspect: 1 }, canvas);
  });
  const [down, across] = frame.spacing ?? [1, 1];
  const longest = Math.max(frame.rows * down, frame.columns * across, stack.frames.length * (stack.gap ?? 0)) / box.step;
  const tilted = Math.min(canvas.width, canvas.height) / (longest * TILTED);
  return (Math.max(Math.min(...upright), tilted) * plane.columnSpacing) / box.step;
}
