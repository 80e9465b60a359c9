/** How far a picture's values reach, in the modality's unit: what a drag of the window is measured by. Remembered for each picture. */

import { automaticWindow } from "@/imaging/window";
import type { GreyPixels } from "@/model/images";

const known = new WeakMap<GreyPixels, number>();

export function rangeOf(pixels: GreyPixels): number {
  const before = known.get(pixels);
  if (before !== undefined) return before;
  const range = automaticWindow(pixels).width;
  known.set(pixels, range);
  return range;
}
