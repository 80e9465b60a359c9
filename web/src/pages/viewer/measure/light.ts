/**
 * Where the screen of a cell is bright, so that words can stand where it is dark.
 *
 * A picture comes in, its brightness in squares goes out: the window of its values, roughly, without drawing anything.
 */

import { modalityValue } from "@/imaging/modality";
import type { Pixels, Point } from "@/model/images";
import type { PictureSlot } from "../slots";
import { type Light, lightOf } from "./labels";

/** Less than this is background, not anatomy. */
const DARK = 0.06;

export function lightOfPicture(picture: PictureSlot): Light | undefined {
  const { pixels, inverted } = picture;
  // the window of the file: words stay where they are while somebody changes the window
  const voi = picture.picture?.firstWindow ?? picture.voi;
  if (!pixels) return undefined;
  const low = voi ? voi.center - voi.width / 2 : 0;
  const width = voi?.width ?? 255;
  const isDarkOnLight = pixels.kind === "grey" && pixels.inverse !== inverted;
  const level = (place: Point): number => {
    const at = picture.toPicture(place);
    const [x, y] = [Math.round(at.x), Math.round(at.y)];
    if (x < 0 || y < 0 || x >= pixels.columns || y >= pixels.rows) return 0;
    const bright = shareOf(pixels, y * pixels.columns + x, low, width);
    const shown = isDarkOnLight ? 1 - bright : bright;
    return shown < DARK ? 0 : 0.4 + 0.6 * shown;
  };
  return lightOf(picture.width, picture.height, level);
}

function shareOf(pixels: Pixels, index: number, low: number, width: number): number {
  if (pixels.kind === "colour") {
    const at = 4 * index;
    return Math.max(pixels.rgba[at] ?? 0, pixels.rgba[at + 1] ?? 0, pixels.rgba[at + 2] ?? 0) / 255;
  }
  const share = (modalityValue(pixels, pixels.stored[index] ?? 0) - low) / width;
  return Math.min(Math.max(share, 0), 1);
}
