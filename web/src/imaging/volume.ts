/**
 * Volumes that are cut in planes: loaded from a stack, held by a worker, asked for pictures (viewing in three planes).
 *
 * A stack and planes of the patient come in, pixels go out that are drawn as any frame's. Whoever scrolls faster than planes are cut
 * gets the newest one: what was asked before it for the same cell is answered with undefined.
 */

import type { GreyPixels, Stack, Voi, VoiChoice } from "../model/images";
import { type FrameStore, frameStore } from "./frame_store";
import type { ImagePlane } from "./geometry";
import type { FramePicture } from "./pixels";
import { reslice, type SlabOf, type VolumeVoxels, type Voxels } from "./reslice";
import type { FromWorker, ToWorker } from "./reslice_worker";
import { describeStack } from "./stack_geometry";
import { type BuiltVolume, buildVolume, volumeGrid } from "./volume_build";

interface Order {
  readonly plane: ImagePlane;
  readonly slab: SlabOf | undefined;
  readonly answer: (pixels: GreyPixels | undefined) => void;
  readonly fail: (error: unknown) => void;
}

/** What cuts: a worker, or this thread where there is none. */
interface Cutter {
  cut(plane: ImagePlane, slab: SlabOf | undefined): Promise<Voxels>;
  end(): void;
}

export class Volume {
  private readonly orders = new Map<string, Order>();
  private isCutting = false;

  /** `voi` and `windows` are those of the middle slice; `notes` tell what was done to the slices, in words for a corner of the picture. */
  constructor(
    readonly stack: Stack,
    readonly notes: readonly string[],
    readonly voi: Voi,
    readonly windows: readonly VoiChoice[],
    private readonly scale: BuiltVolume["scale"],
    private readonly cutter: Cutter,
  ) {}

  /** The pixels of a plane for a cell, by any name; undefined where that cell asked for another one meanwhile. Rejects where it fails. */
  cut(cell: string, plane: ImagePlane, slab?: SlabOf): Promise<GreyPixels | undefined> {
    return new Promise((resolve, reject) => {
      this.orders.get(cell)?.answer(undefined);
      this.orders.set(cell, { plane, slab, answer: resolve, fail: reject });
      void this.work();
    });
  }

  /** Gives its memory back; nothing is cut any more. */
  end(): void {
    for (const { answer } of this.orders.values()) answer(undefined);
    this.orders.clear();
    this.cutter.end();
  }

  private async work(): Promise<void> {
    if (this.isCutting) return;
    this.isCutting = true;
    for (let next = this.next(); next; next = this.next()) {
      const { plane, slab, answer, fail } = next;
      try {
        const stored = await this.cutter.cut(plane, slab);
        answer({ kind: "grey", rows: plane.rows, columns: plane.columns, stored, ...this.scale });
      } catch (error) {
        // one plane that could not be cut keeps nobody from the next
        fail(error);
      }
    }
    this.isCutting = false;
  }

  private next(): Order | undefined {
    for (const [cell, order] of this.orders) {
      this.orders.delete(cell);
      return order;
    }
    return undefined;
  }
}

const onThisThread = (volume: VolumeVoxels): Cutter => ({
  cut: async (plane, slab) => reslice(volume, plane, slab),
  end: () => undefined,
});

/** The worker once it runs; undefined where none can be started. */
function startedWorker(): Promise<Worker | undefined> {
  if (typeof Worker === "undefined") return Promise.resolve(undefined);
  const worker = new Worker(new URL("./reslice_worker.ts", import.meta.url), { type: "module" });
  return new Promise((resolve) => {
    worker.addEventListener("message", () => resolve(worker), { once: true });
    worker.addEventListener("error", () => resolve(undefined), { once: true });
  });
}

async function cutterOf(volume: VolumeVoxels): Promise<Cutter> {
  const worker = await startedWorker();
  if (!worker) return onThisThread(volume);
  const waiting = new Map<number, { readonly resolve: (values: Voxels) => void; readonly reject: (error: Error) => void }>();
  let number = 0;
  worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
    waiting.get(data.number)?.resolve(data.values);
    waiting.delete(data.number);
  });
  worker.addEventListener("error", ({ message }) => {
    for (const { reject } of waiting.values()) reject(new Error(message || "The volume could not be cut."));
    waiting.clear();
  });
  const tell = (words: ToWorker, transfer: Transferable[]): void => worker.postMessage(words, transfer);
  tell({ kind: "volume", volume }, [volume.voxels.buffer as ArrayBuffer]);
  return {
    cut: (plane, slab) =>
      new Promise((resolve, reject) => {
        waiting.set(++number, { resolve, reject });
        tell({ kind: "cut", number, plane, slab }, []);
      }),
    end: () => worker.terminate(),
  };
}

/** How far a volume is: slices that are there, of all. */
export type Loading = (loaded: number, total: number) => void;

/** Loads a stack's volume; throws the verdict's sentence where it cannot be cut, and what a frame could not be shown for. */
export async function loadVolume(stack: Stack, onProgress?: Loading, store: FrameStore = frameStore): Promise<Volume> {
  if (!stack.mpr.allowed) throw new Error(stack.mpr.sentence);
  const grid = volumeGrid(stack.frames);
  if (!grid) throw new Error("These images do not say where they lie in the patient.");
  let loaded = 0;
  const pictures = await Promise.all(
    stack.frames.map(async (frame) => {
      const picture = await store.get(frame);
      loaded++;
      onProgress?.(loaded, stack.frames.length);
      return picture;
    }),
  );
  const slices = pictures.map(({ pixels }) => {
    if (pixels.kind !== "grey") throw new Error("Only pictures in grey can be cut.");
    return pixels;
  });
  const { volume, scale } = buildVolume(grid, slices);
  const middle = pictures[Math.floor(pictures.length / 2)] as FramePicture;
  const tilt = describeStack(stack.frames)?.tilt ?? 0;
  const notes = tilt > 0 ? [`gantry tilt ${tilt.toFixed(1)}° corrected`] : [];
  return new Volume(stack, notes, middle.firstWindow, middle.windows, scale, await cutterOf(volume));
}

/** Volumes are large: the ones cut last are kept, no more. */
const KEPT_MAX = 2;

interface Kept {
  readonly stack: Stack;
  readonly volume: Promise<Volume>;
  readonly listeners: Set<Loading>;
  loaded: number;
}

const kept = new Map<string, Kept>();

/** The volume of a stack, loaded once for all who ask; a failed one is tried again. */
export function volumeOf(stack: Stack, onProgress?: Loading): Promise<Volume> {
  const before = kept.get(stack.id);
  // a stack that has grown is another one under the same name
  if (before && before.stack !== stack) letGo(stack.id);
  const known = kept.get(stack.id) ?? keptVolume(stack);
  kept.delete(stack.id);
  kept.set(stack.id, known);
  const [oldest] = kept.keys();
  if (oldest !== undefined && kept.size > KEPT_MAX) letGo(oldest);
  if (onProgress) {
    known.listeners.add(onProgress);
    onProgress(known.loaded, stack.frames.length);
  }
  return known.volume;
}

function keptVolume(stack: Stack): Kept {
  const listeners = new Set<Loading>();
  const volume = loadVolume(stack, (loaded, total) => {
    made.loaded = loaded;
    for (const listener of listeners) listener(loaded, total);
  });
  const made: Kept = { stack, volume, listeners, loaded: 0 };
  volume.catch(() => {
    if (kept.get(stack.id) === made) kept.delete(stack.id);
  });
  return made;
}

/** Gives back the memory of all volumes: another study is opened. */
export function forgetVolumes(): void {
  for (const id of [...kept.keys()]) letGo(id);
}

function letGo(id: string): void {
  void kept.get(id)?.volume.then(
    (volume) => volume.end(),
    () => undefined,
  );
  kept.delete(id);
}
