/**
 * What the values of a picture are: their unit, and the factor that brings them there (uptake of PET).
 *
 * A frame and its pixels come in; unit, factor and what must be said go out.
 */

import { suvOf } from "@/imaging/suv";
import type { ImageFrame, Pixels } from "@/model/images";

export interface ValueScale {
  readonly unit: string;
  readonly factor: number;
  /** "no unit in MR", "no uptake: no weight", or nothing. */
  readonly note: string;
}

export function valueScaleOf(frame: ImageFrame | undefined, pixels: Pixels | undefined, modality: string): ValueScale {
  if (pixels?.kind !== "grey") return { unit: "", factor: 1, note: "no values in a colour picture" };
  const uptake = frame && suvOf(frame);
  if (uptake?.isValid) return { unit: "SUVbw", factor: uptake.factor, note: uptake.statement };
  if (uptake) return { unit: pixels.unit, factor: 1, note: `no uptake: ${uptake.reason}` };
  return { unit: pixels.unit, factor: 1, note: pixels.unit ? "" : `no unit in ${modality || "this image"}` };
}
