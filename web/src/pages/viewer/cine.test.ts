import { describe, expect, it } from "vitest";
import type { Attributes, ImageFrame, Stack } from "@/model/images";
import { dueFrame, framesPerSecond, reelOf, timeOf } from "./cine";

function clip(frames: number, values: Record<string, readonly number[]>, milliseconds?: number): Stack {
  const attributes = {
    number: (keyword: string) => values[keyword]?.[0],
    numbers: (keyword: string) => values[keyword] ?? [],
  } as unknown as Attributes;
  const frame = { attributes } as unknown as ImageFrame;
  const all = Array.from({ length: frames }, () => frame);
  return { isClip: true, frames: all, frameMilliseconds: milliseconds } as unknown as Stack;
}

describe("cine", () => {
  it("plays 30 frames of 33.333 ms at 30 a second", () => {
    const stack = clip(30, {}, 33.333);
    expect(framesPerSecond(stack)).toBeCloseTo(30, 2);
    expect(dueFrame(reelOf(stack), 0)).toBe(0);
    expect(dueFrame(reelOf(stack), 34)).toBe(1);
    expect(dueFrame(reelOf(stack), 1000 + 34)).toBe(1);
  });

  it("takes each frame's own time from a vector: at 120 ms of 0, 100, 50, 50 it is the second frame", () => {
    const reel = reelOf(clip(4, { FrameTimeVector: [0, 100, 50, 50] }));
    expect(dueFrame(reel, 99)).toBe(0);
    expect(dueFrame(reel, 120)).toBe(1);
    expect(dueFrame(reel, 151)).toBe(2);
  });

  it("sweeps between the trims", () => {
    const reel = reelOf(clip(10, { StartTrim: [3], StopTrim: [8], PreferredPlaybackSequencing: [1] }));
    expect(reel.order.map((frame) => frame + 1)).toEqual([3, 4, 5, 6, 7, 8, 7, 6, 5, 4]);
  });

  it("goes on from where one stands", () => {
    const reel = reelOf(clip(10, {}, 100));
    expect(dueFrame(reel, timeOf(reel, 7))).toBe(7);
  });
});
