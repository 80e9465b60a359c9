/**
 * Drawing a frame on a canvas: grey levels through a table, colours as they are, then the view's transform (PS3.4 N.2).
 *
 * A canvas, a decoded frame, a window and a view come in; the picture is on the canvas, and the map from the image to the canvas goes
 * out, for whoever draws on top. A pixel shown 1:1 has exactly the grey level of the formulas, with and without WebGL.
 */

import type { Pixels, View, Voi } from "../model/images";
import { fillGrey } from "./grey_levels";
import type { OverlayPlane } from "./overlays";
import type { Shutter } from "./shutters";
import { type Affine, type CanvasSize, imageToCanvas } from "./view";

export interface Drawing {
  readonly pixels: Pixels;
  readonly voi: Voi;
  /** What a person asked for, beside what the file says. */
  readonly inverted: boolean;
  readonly view: View;
  /** How much higher than wide a pixel is: `pictureSize(frame).aspect`. */
  readonly aspect: number;
  readonly smooth: boolean;
  readonly overlays?: readonly OverlayPlane[];
  readonly shutter?: Shutter | undefined;
}

type Canvas = HTMLCanvasElement | OffscreenCanvas;
type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

interface Picture {
  canvas: OffscreenCanvas;
  words: ImageData;
  pixels: Pixels | undefined;
  key: string;
  table: unknown;
  shutter: Shutter | undefined;
}

const pictures = new WeakMap<Canvas, Picture>();
const planes = new WeakMap<OverlayPlane, OffscreenCanvas>();
const BLACK = 0xff000000;
const GREY = 0x010101;
const OVERLAY_WORD = 0xff_e9_e6_f2;

/** Draws, and returns the map from the image to CSS pixels of the canvas. `size` is the canvas' own size in CSS pixels. */
export function draw(canvas: Canvas, drawing: Drawing, size: CanvasSize): Affine {
  const ratio = size.ratio ?? 1;
  const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d", { alpha: false }) as Context | null;
  const { pixels, aspect } = drawing;
  const map = imageToCanvas({ columns: pixels.columns, rows: pixels.rows, aspect }, size, drawing.view);
  if (!context) return map;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = "#000";
  context.fillRect(0, 0, width, height);
  const isExact = [Math.hypot(map.a, map.b), Math.hypot(map.c, map.d)].every((zoom) => Math.abs(zoom * ratio - 1) < 1e-6);
  context.imageSmoothingEnabled = drawing.smooth && !isExact;
  context.imageSmoothingQuality = "medium";
  // the canvas measures from a pixel's corner, the map from its centre
  const [e, f] = [map.e - (map.a + map.c) / 2, map.f - (map.b + map.d) / 2];
  context.setTransform(map.a * ratio, map.b * ratio, map.c * ratio, map.d * ratio, e * ratio, f * ratio);
  context.drawImage(pictureOf(canvas, drawing), 0, 0);
  for (const plane of drawing.overlays ?? []) context.drawImage(planeOf(plane), plane.left, plane.top);
  return map;
}

/** The whole frame at its own size, as grey levels or colours; made anew only when something of it changed. */
function pictureOf(canvas: Canvas, drawing: Drawing): OffscreenCanvas {
  const { pixels, voi, inverted, shutter } = drawing;
  const key = `${voi.center} ${voi.width} ${voi.function} ${inverted}`;
  const table = "table" in voi ? voi.table : undefined;
  const before = pictures.get(canvas);
  if (before?.pixels === pixels && before.key === key && before.table === table && before.shutter === shutter) return before.canvas;
  const sameSize = before?.words.width === pixels.columns && before.words.height === pixels.rows;
  const offscreen = sameSize ? before.canvas : new OffscreenCanvas(pixels.columns, pixels.rows);
  const words = sameSize ? before.words : new ImageData(pixels.columns, pixels.rows);
  paint(words, drawing);
  offscreen.getContext("2d", { alpha: false })?.putImageData(words, 0, 0);
  pictures.set(canvas, { canvas: offscreen, words, pixels, key, table, shutter });
  return offscreen;
}

/** The picture of a frame, shutter included, as the bytes that a canvas takes. */
export function paint(
  image: ImageData,
  { pixels, voi, inverted, shutter }: Pick<Drawing, "pixels" | "voi" | "inverted" | "shutter">,
): void {
  const words = new Uint32Array(image.data.buffer, image.data.byteOffset, pixels.rows * pixels.columns);
  if (pixels.kind === "grey") fillGrey(words, pixels, voi, inverted);
  else {
    image.data.set(pixels.rgba);
    if (inverted) for (let index = 0; index < words.length; index++) words[index] = (words[index] as number) ^ 0xffffff;
  }
  if (!shutter) return;
  const { hidden } = shutter;
  const word = BLACK + GREY * shutter.level;
  for (let index = 0; index < hidden.length; index++) if (hidden[index] === 1) words[index] = word;
}

function planeOf(plane: OverlayPlane): OffscreenCanvas {
  const known = planes.get(plane);
  if (known) return known;
  const canvas = new OffscreenCanvas(plane.columns, plane.rows);
  const image = new ImageData(plane.columns, plane.rows);
  const words = new Uint32Array(image.data.buffer);
  plane.bits.forEach((bit, index) => {
    if (bit) words[index] = OVERLAY_WORD;
  });
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  planes.set(plane, canvas);
  return canvas;
}
