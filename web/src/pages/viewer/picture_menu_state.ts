/** Where the menu of a picture is open, if it is. */

import { create } from "zustand";
import type { Point } from "@/model/images";

export const usePictureMenu = create<{ readonly at: Point | undefined; readonly cell: number }>(() => ({ at: undefined, cell: 0 }));

/** Open the menu at a point of the window, for the picture of a cell. */
export function openPictureMenu(at: Point, cell: number): void {
  usePictureMenu.setState({ at, cell });
}

export function closePictureMenu(): void {
  usePictureMenu.setState({ at: undefined });
}
