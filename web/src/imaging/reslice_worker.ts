/**
 * The worker that cuts volumes, so that scrolling stays smooth: it holds the voxels, planes come in, pictures go out.
 */

import type { ImagePlane } from "./geometry";
import { reslice, type SlabOf, type VolumeVoxels, type Voxels } from "./reslice";

export type ToWorker =
  | { readonly kind: "volume"; readonly volume: VolumeVoxels }
  | { readonly kind: "cut"; readonly number: number; readonly plane: ImagePlane; readonly slab: SlabOf | undefined };

export interface FromWorker {
  readonly number: number;
  readonly values: Voxels;
}

/** Said once, when the worker runs. */
export type Ready = "ready";

let held: VolumeVoxels | undefined;

self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === "volume") {
    held = data.volume;
    return;
  }
  if (!held) return;
  const values = reslice(held, data.plane, data.slab);
  const answer: FromWorker = { number: data.number, values };
  self.postMessage(answer, { transfer: [values.buffer as ArrayBuffer] });
});

const ready: Ready = "ready";
self.postMessage(ready);
