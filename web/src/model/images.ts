/**
 * Images as the viewer speaks of them: frames, the stacks that they are scrolled in, their pixels, and how they are looked at.
 *
 * Nouns only, shared by `imaging/` that makes them and the viewer that shows them. Coordinates: a pixel's place is (column, row),
 * from 0, its centre at whole numbers; patient coordinates are millimetres in the LPS system (PS3.3 C.7.6.2.1.1).
 */

export type Vector = readonly [number, number, number];
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Attributes of one frame: its own functional groups first, then the shared ones, then the data set (PS3.3 C.7.6.16). */
export interface Attributes {
  /** The values of an attribute by keyword as DICOM JSON has them; none where it is absent or empty. */
  values(keyword: string): readonly unknown[];
  text(keyword: string): string;
  number(keyword: string): number | undefined;
  numbers(keyword: string): readonly number[];
  /** The items of a sequence. */
  items(keyword: string): readonly Attributes[];
  has(keyword: string): boolean;
}

/** Where a frame lies in the patient (PS3.3 C.7.6.2.1.1). `across` follows increasing columns, `down` increasing rows. */
export interface Plane {
  readonly position: Vector;
  readonly across: Vector;
  readonly down: Vector;
  readonly normal: Vector;
}

export interface ImageFrame {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly sopInstanceUid: string;
  readonly sopClassUid: string;
  /** Counted from 1. */
  readonly frame: number;
  readonly frameCount: number;
  readonly rows: number;
  readonly columns: number;
  readonly attributes: Attributes;
  readonly plane: Plane | undefined;
  readonly frameOfReferenceUid: string;
  /** Millimetres as the frame's attributes say: between rows, between columns. What they may be used for, `calibration` tells. */
  readonly spacing: readonly [number, number] | undefined;
}

/** Why a stack can be cut in three planes, or the sentence that says why not. */
export interface Verdict {
  readonly allowed: boolean;
  readonly sentence: string;
}

/** Frames that are scrolled as one thing, in their order. */
export interface Stack {
  /** The series UID, and a number where the series makes several stacks. */
  readonly id: string;
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly seriesNumber: string;
  readonly modality: string;
  readonly label: string;
  readonly frames: readonly ImageFrame[];
  /** A clip has frames in time: cine plays it, and a position in the patient means nothing. */
  readonly isClip: boolean;
  /** Milliseconds a frame for cine, where the file tells. */
  readonly frameMilliseconds: number | undefined;
  /** Millimetres between neighbouring slices along the normal, where they are even. */
  readonly gap: number | undefined;
  readonly mpr: Verdict;
  /** What a reader has to know about the geometry, in sentences. */
  readonly warnings: readonly string[];
}

export type VoiFunction = "LINEAR" | "LINEAR_EXACT" | "SIGMOID";

export interface Voi {
  readonly center: number;
  readonly width: number;
  readonly function: VoiFunction;
}

/** A window that is offered by name: from the file, by modality, or a VOI LUT. */
export interface VoiChoice {
  readonly label: string;
  readonly voi: Voi;
  /** The first of the file is what the picture is shown with. */
  readonly source: "file" | "preset" | "automatic";
}

export type StoredValues =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** One frame's pixels, decoded: stored values of one sample, or RGB. */
export interface GreyPixels {
  readonly kind: "grey";
  readonly rows: number;
  readonly columns: number;
  /** Stored values after sign and bit mask; a pixel's value is `slope * stored + intercept`, or `modalityTable[stored - modalityFirst]`. */
  readonly stored: StoredValues;
  readonly slope: number;
  readonly intercept: number;
  readonly modalityTable?: { readonly first: number; readonly values: Float64Array };
  /** Stored values that are padding, both ends included (PS3.3 C.7.5.1.1.2). */
  readonly padding?: readonly [number, number];
  /** White is the smallest value (MONOCHROME1, or Presentation LUT Shape INVERSE). */
  readonly inverse: boolean;
  /** HU, SUV, Bq/ml ... after the modality LUT; empty where the values have no unit. */
  readonly unit: string;
}

export interface ColourPixels {
  readonly kind: "colour";
  readonly rows: number;
  readonly columns: number;
  /** Red, green, blue, 255 for each pixel. */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

export type Pixels = GreyPixels | ColourPixels;

/** How a picture lies in its cell. `zoom` is screen pixels a picture pixel's width; undefined fits the cell. Pan is in screen pixels. */
export interface View {
  readonly zoom: number | undefined;
  readonly pan: Point;
  /** Quarter turns clockwise, 0 to 3, after the flips. */
  readonly rotation: 0 | 1 | 2 | 3;
  readonly flipHorizontal: boolean;
  readonly flipVertical: boolean;
}

export const WHOLE: View = { zoom: undefined, pan: { x: 0, y: 0 }, rotation: 0, flipHorizontal: false, flipVertical: false };
