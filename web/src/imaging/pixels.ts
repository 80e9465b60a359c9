/**
 * One frame, decoded: its pixels, the windows that its file offers, its overlays and its shutter.
 *
 * A frame of a stack and its native bytes come in, everything that `draw` needs goes out. Values that stand elsewhere (tables,
 * overlays) are fetched by `readBulk`, which remembers them. What the server left of colour is told by `StoredForm`.
 */

import type { GreyPixels, ImageFrame, Pixels, StoredValues, Voi, VoiChoice } from "../model/images";
import type { DicomAttributes, ReadBulk } from "./attributes";
import { paletteColours, rgbaOf } from "./colour";
import type { Supplement, SupplementedPixels } from "./grey_levels";
import { readPalette } from "./luts";
import { modalityOf, unitOf } from "./modality";
import { type OverlayPlane, readOverlays } from "./overlays";
import { layoutOf, type PixelLayout, valuesOf, wholeRows, wordsOf } from "./pixel_layout";
import { readShutter, type Shutter } from "./shutters";
import type { StoredForm } from "./stored_form";
import { fileWindows, fullRange, hasBrokenWindow, windowOfKind, windowOfValues } from "./window";

export interface FramePicture {
  readonly pixels: Pixels;
  /** What the file offers, in its order. */
  readonly windows: readonly VoiChoice[];
  /** What the picture is shown with before anybody touches it. */
  readonly firstWindow: Voi;
  readonly overlays: readonly OverlayPlane[];
  readonly shutter: Shutter | undefined;
  /** What a reader has to know about this picture, in sentences. */
  readonly notes: readonly string[];
  /** How much memory it takes. */
  readonly byteCount: number;
}

const COLOUR_OF_GREY = ["COLOR", "MIXED"];
const NO_WINDOW = fullRange(0, 255);

/** Throws a sentence where the pixels cannot be shown. */
export async function decodeFrame(
  frame: ImageFrame,
  attributes: DicomAttributes,
  bytes: ArrayBuffer,
  form: StoredForm,
  readBulk: ReadBulk,
): Promise<FramePicture> {
  const layout = overshooting({ ...layoutOf(frame), ...form }, attributes);
  const shutter = readShutter(attributes, frame.rows, frame.columns);
  const notes: string[] = [];
  if (layout.samples > 1) {
    const rgba = rgbaOf(bytes, layout);
    const pixels: Pixels = { kind: "colour", rows: frame.rows, columns: frame.columns, rgba };
    return { pixels, windows: [], firstWindow: NO_WINDOW, overlays: [], shutter, notes, byteCount: rgba.byteLength };
  }
  const there = wholeRows(layout, bytes.byteLength);
  if (there < layout.rows) notes.push(`Only ${there} of ${layout.rows} rows of this picture are there.`);
  const words = wordsOf(bytes, layout);
  const overlays = await readOverlays(attributes, frame.frame - 1, words, layout, readBulk);
  const stored = valuesOf(words, layout);
  const supplement = await supplementOf(attributes, layout, readBulk);
  const grey: SupplementedPixels = {
    ...(await greyOf(frame, attributes, stored, layout, readBulk)),
    ...(supplement ? { supplement } : {}),
  };
  const coloured = layout.photometric === "PALETTE COLOR" ? await palettePicture(attributes, grey, layout, readBulk) : undefined;
  const voiSigned = !grey.modalityTable && (layout.signed || grey.intercept < 0);
  const windows = coloured ? [] : await fileWindows(attributes, voiSigned, readBulk);
  if (!coloured && hasBrokenWindow(frame, windows)) notes.push("The window in the file (0028,1050) is not valid.");
  const firstWindow = coloured ? NO_WINDOW : (windows[0]?.voi ?? windowOfKind(frame, grey) ?? windowOfValues(frame, grey));
  const pixels = coloured ?? grey;
  const byteCount = pixels.kind === "colour" ? pixels.rgba.byteLength : pixels.stored.byteLength;
  return { pixels, windows, firstWindow, overlays, shutter, notes, byteCount };
}

async function greyOf(
  frame: ImageFrame,
  attributes: DicomAttributes,
  stored: StoredValues,
  layout: PixelLayout,
  readBulk: ReadBulk,
): Promise<GreyPixels> {
  const { photometric } = layout;
  if (!["MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", ""].includes(photometric)) {
    throw new Error(`One sample a pixel of Photometric Interpretation ${photometric} (0028,0004) cannot be shown.`);
  }
  const padding = paddingOf(attributes, layout);
  const modality = await modalityOf(frame, attributes, layout.signed, readBulk);
  return {
    kind: "grey",
    rows: frame.rows,
    columns: frame.columns,
    stored,
    ...modality,
    ...(padding ? { padding } : {}),
    // MONOCHROME1 and shape INVERSE say the same thing, and both together say it once (PS3.3 C.8.11.3)
    inverse: photometric === "MONOCHROME1" || attributes.text("PresentationLUTShape") === "INVERSE",
    unit: unitOf(frame),
  };
}

/** Pixel Padding Value and the other end of its range, read with the sign of the pixels whatever their representation says. */
function paddingOf(attributes: DicomAttributes, layout: PixelLayout): readonly [number, number] | undefined {
  const float = attributes.number("FloatPixelPaddingValue") ?? attributes.number("DoubleFloatPixelPaddingValue");
  if (layout.float) return float === undefined ? undefined : [float, float];
  const read = (keyword: string): number | undefined => {
    const value = attributes.number(keyword);
    if (value === undefined) return undefined;
    const word = value & 0xffff;
    return layout.signed && word > 0x7fff ? word - 0x10000 : word;
  };
  const value = read("PixelPaddingValue");
  if (value === undefined) return undefined;
  const limit = read("PixelPaddingRangeLimit") ?? value;
  return [Math.min(value, limit), Math.max(value, limit)];
}

/** A lossy codec may give values beyond the bits stored: then the whole word is the value. */
function overshooting(layout: PixelLayout, attributes: DicomAttributes): PixelLayout {
  if (layout.float || layout.allocated === 1 || attributes.text("LossyImageCompression") !== "01") return layout;
  return { ...layout, stored: layout.allocated - (layout.highBit + 1 - layout.stored), highBit: layout.allocated - 1 };
}

/** The picture in the colours of its palette. */
async function palettePicture(
  attributes: DicomAttributes,
  { rows, columns, stored }: GreyPixels,
  layout: PixelLayout,
  readBulk: ReadBulk,
): Promise<Pixels> {
  const palette = await readPalette(attributes, layout.signed, readBulk);
  if (!palette) throw new Error("The palette of this picture (0028,1201) is missing or broken.");
  return { kind: "colour", rows, columns, rgba: paletteColours(stored, palette) };
}

/** The colours of a supplemental palette: values from its first on have them, those below stay grey (PS3.3 C.7.6.19). */
async function supplementOf(attributes: DicomAttributes, layout: PixelLayout, readBulk: ReadBulk): Promise<Supplement | undefined> {
  if (!COLOUR_OF_GREY.includes(attributes.text("PixelPresentation"))) return undefined;
  const palette = await readPalette(attributes, layout.signed, readBulk);
  if (!palette) return undefined;
  const first = Math.min(...palette.map((channel) => channel.first));
  const last = Math.max(...palette.map((channel) => channel.first + channel.entries.length - 1));
  const values = Int32Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return { first, words: new Uint32Array(paletteColours(values, palette).buffer) };
}
