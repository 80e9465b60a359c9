/**
 * What the viewer lends to what stands over and beside its pictures: `measure/` over each one, `panel/` at the right.
 *
 * `cell.tsx` renders `<Measurements picture={PictureSlot} />` as the topmost layer of each cell: an SVG of the cell's size. It leaves
 * wheel, right and middle button alone, and takes the left button only where a measuring tool is chosen or a handle is hit
 * (it stops the event there); what it does not take bubbles to the cell's own hand. `page.tsx` renders
 * `<Panel picture={PictureSlot | undefined} open={...} onOpen={...} />`.
 */

import type { DicomFrame } from "@/imaging/frames";
import type { ImagePlane } from "@/imaging/geometry";
import type { FramePicture } from "@/imaging/pixels";
import type { DicomStack } from "@/imaging/stacks";
import type { PictureSize } from "@/imaging/view";
import type { Pixels, Point, View, Voi } from "@/model/images";

/** What the left button does. The second line belongs to `measure/`. */
export type ToolName =
  | "window"
  | "pan"
  | "zoom"
  | "scroll"
  | "magnify"
  | "length"
  | "angle"
  | "cobb"
  | "ellipse"
  | "rectangle"
  | "probe";

const MEASURING: ReadonlySet<ToolName> = new Set(["length", "angle", "cobb", "ellipse", "rectangle", "probe"]);

export function isMeasuring(tool: ToolName): boolean {
  return MEASURING.has(tool);
}

/** The plane that a cell shows: the images as they were made, or a cut through their volume. */
export type CutName = "acquired" | "axial" | "coronal" | "sagittal";

/** An instance that is read, not looked at: a structured report, an encapsulated PDF. It stands in a cell of its own. */
export interface ReadableDocument {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly sopInstanceUid: string;
  readonly sopClassUid: string;
  readonly modality: string;
  readonly label: string;
}

/** One picture as it stands in a cell now. */
export interface PictureSlot {
  /** The cell's place, from 0, and whether keys and panel speak of it. */
  readonly cell: number;
  readonly active: boolean;
  readonly stack: DicomStack;
  readonly cut: CutName;
  /** From 0, of `count`. */
  readonly index: number;
  readonly count: number;
  /** Undefined where the picture is cut from the volume. */
  readonly frame: DicomFrame | undefined;
  readonly size: PictureSize;
  /** Undefined while they are fetched. */
  readonly pixels: Pixels | undefined;
  /** Where the picture lies in the patient: the frame, or the cut. What of its spacing may be called millimetres, `calibration` tells. */
  readonly plane: ImagePlane | undefined;
  /** With the windows, overlays, shutter and notes of its frame; undefined for a cut. */
  readonly picture: FramePicture | undefined;
  readonly voi: Voi | undefined;
  readonly inverted: boolean;
  /** As it is drawn: its zoom is a number. */
  readonly view: View;
  /** The cell in CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** From a place in the picture (pixel centres at whole numbers) to CSS pixels from the cell's top left, and back. */
  toScreen(place: Point): Point;
  toPicture(place: Point): Point;
}
