/**
 * Decoded frames, by key, within a bound of bytes: what nobody looks at goes first, then what was used longest ago.
 *
 * How far a frame is from what is being looked at is told by the store (`distance`); a frame on screen is at 0 and never goes.
 */

import type { FramePicture } from "./pixels";

export class FrameCache {
  private readonly held = new Map<string, FramePicture>();
  private bytes = 0;

  constructor(
    private readonly bytesMax: number,
    private readonly distance: (key: string) => number,
  ) {}

  get byteCount(): number {
    return this.bytes;
  }

  has(key: string): boolean {
    return this.held.has(key);
  }

  /** The frame, which counts as used now. */
  get(key: string): FramePicture | undefined {
    const found = this.held.get(key);
    if (found) {
      this.held.delete(key);
      this.held.set(key, found);
    }
    return found;
  }

  /** Whether a frame at that distance would be kept: there is room, or something farther away to go for it. */
  wouldKeep(distance: number, byteCount: number): boolean {
    if (this.bytes + byteCount <= this.bytesMax) return true;
    for (const key of this.held.keys()) if (this.distance(key) > distance) return true;
    return false;
  }

  add(key: string, picture: FramePicture): void {
    this.remove(key);
    this.held.set(key, picture);
    this.bytes += picture.byteCount;
    while (this.bytes > this.bytesMax && this.held.size > 1) {
      const farthest = this.farthest(key);
      if (farthest === undefined) return;
      this.remove(farthest);
    }
  }

  remove(key: string): void {
    const picture = this.held.get(key);
    if (!picture) return;
    this.held.delete(key);
    this.bytes -= picture.byteCount;
  }

  clear(): void {
    this.held.clear();
    this.bytes = 0;
  }

  /** The frame farthest from everything that is looked at, of equals the one used longest ago; none that is on screen. */
  private farthest(except: string): string | undefined {
    let found: string | undefined;
    let largest = 0;
    for (const key of this.held.keys()) {
      if (key === except) continue;
      const distance = this.distance(key);
      if (distance > largest) [found, largest] = [key, distance];
      if (distance === Number.POSITIVE_INFINITY) break;
    }
    return found;
  }
}
