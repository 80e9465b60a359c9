/**
 * Contours of a structure set on a picture (PS3.3 C.8.8.6).
 *
 * Points in the patient come in; places of a picture go out, for the contours that lie on its plane: those that name the image, else those
 * whose every point lies within half a millimetre of the plane, or half the slice distance where it is known.
 */

import type { StructureSetWords } from "@/api/words";
import { dot, type ImagePlane, minus } from "@/imaging/geometry";
import type { Point, Vector } from "@/model/images";
import { colourOf, type Part } from "./colours";

export interface Contour {
  readonly part: string;
  readonly isClosed: boolean;
  readonly points: readonly number[];
  readonly sopInstanceUid: string | undefined;
  readonly frameOfReferenceUid: string;
}

export interface Contours {
  readonly parts: readonly Part[];
  readonly all: readonly Contour[];
}

export function contoursOf(uid: string, words: StructureSetWords): Contours {
  const parts: Part[] = [];
  const all: Contour[] = [];
  for (const [index, structure] of words.structures.entries()) {
    const key = `${uid} ${structure.number}`;
    parts.push({
      key,
      name: structure.name || `Structure ${structure.number}`,
      colour: colourOf(structure.colour, index),
      words: structure.contours.length === 0 ? "no contours" : structure.interpreted_type.toLowerCase(),
    });
    for (const contour of structure.contours) {
      all.push({
        part: key,
        isClosed: contour.geometric_type.startsWith("CLOSED"),
        points: contour.points,
        sopInstanceUid: contour.image?.sop_instance_uid,
        frameOfReferenceUid: structure.frame_of_reference_uid,
      });
    }
  }
  return { parts, all };
}

const ON_PLANE_MILLIMETRES = 0.5;

/** A place of the picture for a point of the patient, with its distance from the plane in millimetres. */
export function projected(plane: ImagePlane, at: Vector): Point & { readonly away: number } {
  const from = minus(at, plane.position);
  return {
    x: dot(from, plane.across) / plane.columnSpacing,
    y: dot(from, plane.down) / plane.rowSpacing,
    away: dot(from, plane.normal),
  };
}

export interface DrawnContour {
  readonly part: string;
  readonly isClosed: boolean;
  readonly places: readonly Point[];
}

/** The contours that belong on a picture. `gap` is the distance of its slices, where it is known. */
export function contoursOn(
  contours: readonly Contour[],
  plane: ImagePlane,
  sopInstanceUid: string | undefined,
  gap: number | undefined,
): readonly DrawnContour[] {
  const near = gap ? Math.abs(gap) / 2 + 1e-3 : ON_PLANE_MILLIMETRES;
  return contours.flatMap((contour) => {
    if (contour.frameOfReferenceUid && plane.frameOfReferenceUid && contour.frameOfReferenceUid !== plane.frameOfReferenceUid)
      return [];
    const { points, part, isClosed } = contour;
    if (contour.sopInstanceUid && sopInstanceUid && contour.sopInstanceUid !== sopInstanceUid) return [];
    const places: Point[] = [];
    for (let at = 0; at + 2 < points.length; at += 3) {
      const place = projected(plane, [points[at] ?? 0, points[at + 1] ?? 0, points[at + 2] ?? 0]);
      if (Math.abs(place.away) > near) return [];
      places.push({ x: place.x, y: place.y });
    }
    return [{ part, isClosed, places }];
  });
}
