/**
 * Cine: which frame is due at a moment, by the times that the file gives (PS3.3 C.7.6.5, viewing order of its attributes).
 *
 * Milliseconds come in, frame numbers from 0 go out. The clock decides, never the drawing: a slow screen drops frames and keeps time.
 */

import type { Stack } from "@/model/images";

/** Slices have no time of their own; this is a pace to read at. */
const SLICES_PER_SECOND = 15;
const CLIP_PER_SECOND = 30;
const FASTEST = 60;
const SLOWEST = 0.5;
const SWEEPING = 1;

export interface Reel {
  /** When each frame begins, in milliseconds from the first; one more entry for the end. */
  readonly starts: readonly number[];
  /** Frames in the order in which they are played, from 0. */
  readonly order: readonly number[];
}

export function framesPerSecond(stack: Stack): number {
  const said = stack.frameMilliseconds ? 1000 / stack.frameMilliseconds : stack.isClip ? CLIP_PER_SECOND : SLICES_PER_SECOND;
  return Math.min(Math.max(said, SLOWEST), FASTEST);
}

/** How a stack is played: from Start Trim to Stop Trim, there and back where it is sweeping (PS3.3 C.7.6.5.1.3). */
export function reelOf(stack: Stack): Reel {
  const attributes = stack.isClip ? stack.frames[0]?.attributes : undefined;
  const last = stack.frames.length - 1;
  const from = Math.min(Math.max((attributes?.number("StartTrim") ?? 1) - 1, 0), last);
  const to = Math.min(Math.max((attributes?.number("StopTrim") ?? last + 1) - 1, from), last);
  const there = Array.from({ length: to - from + 1 }, (_, step) => from + step);
  const sweeps = attributes?.number("PreferredPlaybackSequencing") === SWEEPING;
  const order = sweeps ? [...there, ...there.slice(1, -1).reverse()] : there;
  const vector = attributes?.numbers("FrameTimeVector") ?? [];
  const even = 1000 / framesPerSecond(stack);
  const starts = [0];
  for (const frame of order) {
    // the vector's entry is the time since the frame before, so a frame stays until the next one's
    const stays = vector.length === stack.frames.length ? (vector[(frame + 1) % vector.length] ?? 0) || even : even;
    starts.push((starts.at(-1) ?? 0) + stays);
  }
  return { starts, order };
}

/** The frame that is due so many milliseconds after the reel began at its first. */
export function dueFrame(reel: Reel, milliseconds: number): number {
  const whole = reel.starts.at(-1) ?? 1;
  const within = ((milliseconds % whole) + whole) % whole;
  let low = 0;
  let high = reel.order.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((reel.starts[middle] ?? 0) <= within) low = middle;
    else high = middle - 1;
  }
  return reel.order[low] ?? 0;
}

/** When a frame begins, to go on from where somebody stands. */
export function timeOf(reel: Reel, frame: number): number {
  const place = Math.max(reel.order.indexOf(frame), 0);
  return reel.starts[place] ?? 0;
}
