/**
 * Masks of a segmentation on a picture (PS3.3 C.8.20): bits of its pixel data, and which of its frames lie on the picture.
 *
 * The segments and the bytes come in; for a picture, the mask of each segment that lies on it goes out, pixel for pixel, with how its pixels lie
 * on those of the picture. Bits run on over the borders of frames, the lowest first (PS3.5 8.1.1).
 */

import type { MaskFrameWords, SegmentationWords } from "@/api/words";
import { dot, type ImagePlane, minus, orientation } from "@/imaging/geometry";
import type { Point, Vector } from "@/model/images";
import { colourOf, type Part } from "./colours";

export interface Masks {
  readonly parts: readonly Part[];
  readonly words: SegmentationWords;
  readonly bytes: Uint8Array;
}

const keyOf = (uid: string, segment: number): string => `${uid} ${segment}`;

/** Raises a sentence where the bytes are not the masks that the words tell of. */
export function masksOf(uid: string, words: SegmentationWords, bytes: Uint8Array): Masks {
  const bits = words.rows * words.columns * words.frame_count * words.bits_allocated;
  if (bytes.byteLength * 8 < bits) {
    throw new Error(`The masks should have ${Math.ceil(bits / 8)} bytes, and have ${bytes.byteLength}: they may be compressed.`);
  }
  const parts = words.segments.map((segment, index) => ({
    key: keyOf(uid, segment.number),
    name: segment.label || segment.property_type || `Segment ${segment.number}`,
    colour: colourOf(segment.colour, index),
    words: [segment.property_type, segment.algorithm].filter(Boolean).join(", "),
  }));
  return { parts, words, bytes };
}

/** One frame as shares of 0 to 255 a pixel. In a label map the pixels of one segment. */
export function maskOf({ words, bytes }: Masks, frame: MaskFrameWords, segment: number): Uint8Array {
  const { rows, columns, bits_allocated: bits, maximum, kind } = words;
  const count = rows * columns;
  const mask = new Uint8Array(count);
  const first = (frame.frame - 1) * count;
  for (let index = 0; index < count; index++) {
    if (bits === 1) {
      const bit = first + index;
      mask[index] = ((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1 ? 255 : 0;
      continue;
    }
    const at = (first + index) * (bits / 8);
    const value = bits === 16 ? (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0) : (bytes[at] ?? 0);
    mask[index] = kind === "LABELMAP" ? (value === segment ? 255 : 0) : Math.round((255 * value) / Math.max(maximum, 1));
  }
  return mask;
}

export interface DrawnMask {
  readonly part: string;
  readonly frame: MaskFrameWords;
  readonly segment: number;
  /** Where the centre of the mask's first pixel is on the picture, and the steps of its columns and rows. */
  readonly origin: Point;
  readonly across: Point;
  readonly down: Point;
}

const SAME_DIRECTION = 1e-3;
const ON_PLANE_MILLIMETRES = 0.5;

/** The masks that belong on a picture: on the image they were drawn on, else where they lie in its plane. */
export function masksOn(
  masks: Masks,
  uid: string,
  picture: {
    readonly sopInstanceUid: string | undefined;
    readonly frame: number;
    readonly plane: ImagePlane | undefined;
    readonly gap: number | undefined;
  },
): readonly DrawnMask[] {
  return masks.words.frames.flatMap((frame) => {
    const place = isDrawnOn(frame, picture.sopInstanceUid, picture.frame)
      ? (onPlane(frame, picture.plane) ?? SAME_PIXELS)
      : nearPlane(masks, frame, picture);
    if (!place) return [];
    const segments = frame.segment > 0 ? [frame.segment] : masks.words.segments.map(({ number }) => number);
    return segments.map((segment) => ({ part: keyOf(uid, segment), frame, segment, ...place }));
  });
}

type OnPicture = Pick<DrawnMask, "origin" | "across" | "down"> & { readonly away?: number };

const SAME_PIXELS: OnPicture = { origin: { x: 0, y: 0 }, across: { x: 1, y: 0 }, down: { x: 0, y: 1 } };

function isDrawnOn(frame: MaskFrameWords, sopInstanceUid: string | undefined, number: number): boolean {
  return frame.images.some(
    (image) => image.sop_instance_uid === sopInstanceUid && (image.frames.length === 0 || image.frames.includes(number)),
  );
}

function nearPlane(
  masks: Masks,
  frame: MaskFrameWords,
  { plane, gap }: { readonly plane: ImagePlane | undefined; readonly gap: number | undefined },
): OnPicture | undefined {
  const { frame_of_reference_uid: reference } = masks.words;
  if (!plane || (reference && plane.frameOfReferenceUid && reference !== plane.frameOfReferenceUid)) return undefined;
  const place = onPlane(frame, plane);
  const near = gap ? Math.abs(gap) / 2 - 1e-3 : ON_PLANE_MILLIMETRES;
  return place && Math.abs(place.away ?? 0) <= near ? place : undefined;
}

/** How the pixels of a frame lie on the pixels of a plane that is parallel to it. */
function onPlane(frame: MaskFrameWords, plane: ImagePlane | undefined): OnPicture | undefined {
  const [x, y, z] = frame.position;
  const directions = orientation(frame.orientation);
  const [rowSpacing, columnSpacing] = frame.spacing;
  if (!plane || x === undefined || y === undefined || z === undefined || !directions || !rowSpacing || !columnSpacing)
    return undefined;
  const [across, down] = directions;
  if (Math.abs(dot(across, plane.normal)) > SAME_DIRECTION || Math.abs(dot(down, plane.normal)) > SAME_DIRECTION) return undefined;
  const from = minus([x, y, z], plane.position);
  const flat = (of: Vector, factor: number): Point => ({
    x: (dot(of, plane.across) * factor) / plane.columnSpacing,
    y: (dot(of, plane.down) * factor) / plane.rowSpacing,
  });
  return {
    origin: flat(from, 1),
    across: flat(across, columnSpacing),
    down: flat(down, rowSpacing),
    away: dot(from, plane.normal),
  };
}
