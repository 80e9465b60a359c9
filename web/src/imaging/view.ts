/**
 * From pixels of an image to points of a canvas and back: fit, zoom, pan, quarter turns, mirrors, pixels that are not square.
 *
 * A picture's size, a canvas' size and a view come in; an affine map goes out, the same one that `draw` draws with. Places in the
 * image are (column, row) with whole numbers at pixel centres; places on the canvas are CSS pixels from its top left corner.
 */

import type { ImageFrame, Point, Vector, View } from "../model/images";
import { type ImagePlane, lettersOf, oppositeLetters, plus, times } from "./geometry";

/** CSS pixels; `ratio` is how many device pixels one of them is wide, 1 where it is not given. */
export interface CanvasSize {
  readonly width: number;
  readonly height: number;
  readonly ratio?: number;
}

/** The size of a picture; `aspect` is how much higher than wide one of its pixels is. */
export interface PictureSize {
  readonly columns: number;
  readonly rows: number;
  readonly aspect: number;
}

/** x = a * column + c * row + e, y = b * column + d * row + f, as the canvas' own transform names them. */
export interface Affine {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

/** Aspects beyond this are mistakes of a file. */
const ASPECT_MAX = 100;
export const ZOOM_MIN = 0.02;
export const ZOOM_MAX = 64;

/** The size of a frame's picture: its spacing says how high a pixel is, else its Pixel Aspect Ratio (PS3.3 C.7.6.3.1.7). */
export function pictureSize(frame: ImageFrame): PictureSize {
  const { attributes, columns, rows } = frame;
  const pairs = [frame.spacing, attributes.numbers("PixelSpacing"), attributes.numbers("ImagerPixelSpacing")];
  for (const pair of [...pairs, attributes.numbers("PixelAspectRatio")]) {
    const [vertical, horizontal] = pair ?? [];
    if (vertical !== undefined && horizontal !== undefined && vertical > 0 && horizontal > 0) {
      return { columns, rows, aspect: Math.min(Math.max(vertical / horizontal, 1 / ASPECT_MAX), ASPECT_MAX) };
    }
  }
  return { columns, rows, aspect: 1 };
}

/** The zoom at which the whole picture just fits, in canvas pixels a pixel's width. */
export function fitZoom(size: PictureSize, canvas: CanvasSize, rotation: View["rotation"] = 0): number {
  const upright = rotation % 2 === 0;
  const width = upright ? size.columns : size.rows * size.aspect;
  const height = upright ? size.rows * size.aspect : size.columns;
  return Math.min(canvas.width / width, canvas.height / height) || 1;
}

/** How large a view shows a pixel's width, in canvas pixels. */
export const zoomOf = (view: View, size: PictureSize, canvas: CanvasSize): number =>
  view.zoom ?? fitZoom(size, canvas, view.rotation);

/**
 * The map from the image to the canvas: mirrors first, then quarter turns clockwise, about the picture's middle.
 *
 * The picture's corner falls on the corner of a device pixel, so that a pixel shown 1:1 is one pixel of the screen.
 */
export function imageToCanvas(size: PictureSize, canvas: CanvasSize, view: View): Affine {
  const zoom = zoomOf(view, size, canvas);
  const x = zoom * (view.flipHorizontal ? -1 : 1);
  const y = zoom * size.aspect * (view.flipVertical ? -1 : 1);
  const [cos, sin] = (
    [
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1],
    ] as const
  )[view.rotation];
  const [a, b, c, d] = [x * cos, x * sin, -y * sin, y * cos];
  const [column, row] = [(size.columns - 1) / 2, (size.rows - 1) / 2];
  const ratio = canvas.ratio ?? 1;
  const edge = (along: number, middle: number): number => {
    const corner = (middle - along) * ratio;
    return (Math.round(corner) - corner) / ratio;
  };
  const e = canvas.width / 2 + view.pan.x - a * column - c * row;
  const f = canvas.height / 2 + view.pan.y - b * column - d * row;
  return { a, b, c, d, e: e + edge((a + c) / 2, e), f: f + edge((b + d) / 2, f) };
}

export const apply = (map: Affine, place: Point): Point => ({
  x: map.a * place.x + map.c * place.y + map.e,
  y: map.b * place.x + map.d * place.y + map.f,
});

/** The map back; a zoom is never 0, so there always is one. */
export function inverted(map: Affine): Affine {
  const { a, b, c, d, e, f } = map;
  const determinant = a * d - b * c;
  const back = { a: d / determinant, b: -b / determinant, c: -c / determinant, d: a / determinant };
  return { ...back, e: -(back.a * e + back.c * f), f: -(back.b * e + back.d * f) };
}

/** The map from the canvas to the image. */
export const canvasToImage = (size: PictureSize, canvas: CanvasSize, view: View): Affine =>
  inverted(imageToCanvas(size, canvas, view));

/** The view zoomed by `factor` so that what lies under the point `at` of the canvas stays there. */
export function zoomedAt(view: View, size: PictureSize, canvas: CanvasSize, at: Point, factor: number): View {
  const before = zoomOf(view, size, canvas);
  const zoom = Math.min(Math.max(before * factor, ZOOM_MIN), ZOOM_MAX);
  const [x, y] = [at.x - canvas.width / 2, at.y - canvas.height / 2];
  const grown = zoom / before;
  return { ...view, zoom, pan: { x: x - (x - view.pan.x) * grown, y: y - (y - view.pan.y) * grown } };
}

/** The view turned a quarter clockwise; what lay in the canvas' middle stays there. */
export const turned = (view: View): View => ({
  ...view,
  rotation: ([1, 2, 3, 0] as const)[view.rotation],
  pan: { x: -view.pan.y, y: view.pan.x },
});

/** The view mirrored as one sees it: left becomes right on the screen, however it is turned. */
export function mirrored(view: View, direction: "horizontal" | "vertical"): View {
  const acrossRows = (direction === "horizontal") === (view.rotation % 2 === 0);
  const pan = direction === "horizontal" ? { x: -view.pan.x, y: view.pan.y } : { x: view.pan.x, y: -view.pan.y };
  if (acrossRows) return { ...view, pan, flipHorizontal: !view.flipHorizontal };
  return { ...view, pan, flipVertical: !view.flipVertical };
}

/** The letters at the edges of the screen; empty where the image does not say how it lies. */
export interface EdgeLetters {
  readonly left: string;
  readonly right: string;
  readonly top: string;
  readonly bottom: string;
}

const NO_LETTERS: EdgeLetters = { left: "", right: "", top: "", bottom: "" };

/** The letters of a frame under a view: by its orientation, else by Patient Orientation, else none (PS3.3 C.7.6.1.1.1). */
export function edgeLetters(frame: ImageFrame, view: View): EdgeLetters {
  const turn = imageToCanvas({ columns: 1, rows: 1, aspect: 1 }, { width: 1, height: 1 }, { ...view, zoom: 1 });
  if (frame.plane) return lettersOfPlane(frame.plane, view);
  const [across = "", down = ""] = frame.attributes.values("PatientOrientation").map(String);
  const [right, bottom] = [across, down].map((letters) => (oppositeLetters(letters) ? letters : ""));
  if (!right || !bottom) return NO_LETTERS;
  const pick = (x: number, y: number): string => {
    if (Math.abs(x) > Math.abs(y)) return x > 0 ? right : oppositeLetters(right);
    return y > 0 ? bottom : oppositeLetters(bottom);
  };
  const towardsRight = pick(turn.a, turn.c);
  const towardsBottom = pick(turn.b, turn.d);
  return { right: towardsRight, left: oppositeLetters(towardsRight), bottom: towardsBottom, top: oppositeLetters(towardsBottom) };
}

/** The letters of a plane's edges under a view, computed from the directions that the screen shows, never by swapping letters. */
export function lettersOfPlane(plane: Pick<ImagePlane, "across" | "down">, view: View): EdgeLetters {
  const turn = imageToCanvas({ columns: 1, rows: 1, aspect: 1 }, { width: 1, height: 1 }, { ...view, zoom: 1 });
  const direction = (x: number, y: number): Vector => plus(times(plane.across, x), times(plane.down, y));
  const towardsRight = direction(turn.a, turn.c);
  const towardsBottom = direction(turn.b, turn.d);
  return {
    right: lettersOf(towardsRight),
    left: lettersOf(times(towardsRight, -1)),
    bottom: lettersOf(towardsBottom),
    top: lettersOf(times(towardsBottom, -1)),
  };
}
