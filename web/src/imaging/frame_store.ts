/**
 * The frames of everything that is looked at: fetched in the order in which eyes will want them, kept within a bound.
 *
 * Whoever shows a stack says where in it one looks (`follow`); the store fetches that frame first, then outwards from it, until the
 * whole stack is there or the memory is full. Frames go out at once where they are there (`peek`), else by promise (`get`); who shows
 * progress is told when one came (`subscribe`). Frames of a multi-frame instance come several in one answer.
 */

import { Refusal } from "../api/http";
import type { ImageFrame, Stack } from "../model/images";
import { elementsOf } from "./attributes";
import { FrameCache } from "./frame_cache";
import { requestBulk, requestFloatFrames, requestFrames, requestStoredForm } from "./frame_requests";
import { frameBytes, layoutOf } from "./pixel_layout";
import { decodeFrame, type FramePicture } from "./pixels";
import type { StoredForm } from "./stored_form";

export interface Progress {
  readonly loaded: number;
  readonly failed: number;
  readonly total: number;
}

/** Browsers open six connections to a server; some stay free for the frame that is wanted now. */
const CONNECTIONS = 6;
const AHEAD_CONNECTIONS = 4;
/** What one answer may hold: more would keep the frame that is wanted now waiting. */
const ANSWER_BYTES = 4 << 20;
const CACHE_BYTES = 768 << 20;
/** On a computer that says it has 4 GB of memory or less. */
const SMALL_CACHE_BYTES = 256 << 20;
const SMALL_MEMORY_GIGABYTES = 4;
/** As many as the largest layout has cells; what was looked at before that is not fetched ahead. */
const FOLLOWED_MAX = 9;

/** How long an archive that was away is left alone. */
const AGAIN_MILLISECONDS = 3000;

export const frameKey = (frame: Pick<ImageFrame, "sopInstanceUid" | "frame">): string => `${frame.sopInstanceUid}/${frame.frame}`;

interface Attention {
  readonly stack: Stack;
  index: number;
  /** Where one looked last, `index` among them: several cells may show the same stack. */
  readonly recent: readonly number[];
  /** The way in which the last steps went. */
  direction: 1 | -1;
  /** Of each frame's key, its index. */
  readonly places: ReadonlyMap<string, number>;
}

interface Waiting {
  readonly frame: ImageFrame;
  readonly resolve: (picture: FramePicture) => void;
  readonly reject: (reason: unknown) => void;
}

export class FrameStore {
  private readonly attentions = new Map<string, Attention>();
  private readonly waiting = new Map<string, Waiting[]>();
  private readonly underWay = new Map<string, boolean>();
  private readonly failures = new Map<string, Error>();
  private readonly forms = new Map<string, Promise<StoredForm>>();
  private readonly bulk = new Map<string, Promise<ArrayBuffer>>();
  private readonly listeners = new Set<(key: string) => void>();
  private readonly cache: FrameCache;
  private running = 0;
  private later: ReturnType<typeof setTimeout> | undefined;
  private abort = new AbortController();

  constructor(bytesMax = bytesForThisComputer()) {
    this.cache = new FrameCache(bytesMax, (key) => this.distance(key));
  }

  /** The frame, if it is there. */
  peek(frame: ImageFrame): FramePicture | undefined {
    return this.cache.get(frameKey(frame));
  }

  has(frame: ImageFrame): boolean {
    return this.cache.has(frameKey(frame));
  }

  /** Why the frame cannot be shown; undefined where nothing is known against it. */
  failure(frame: ImageFrame): Error | undefined {
    return this.failures.get(frameKey(frame));
  }

  /** The frame as soon as it is there, before everything that is only fetched ahead. Tries again what failed. */
  get(frame: ImageFrame): Promise<FramePicture> {
    const key = frameKey(frame);
    const found = this.cache.get(key);
    if (found) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      this.failures.delete(key);
      this.waiting.set(key, [...(this.waiting.get(key) ?? []), { frame, resolve, reject }]);
      this.work();
    });
  }

  /** One looks at frame `index` (from 0) of a stack: fetch it, then what lies around it. */
  follow(stack: Stack, index: number): void {
    const before = this.attentions.get(stack.id);
    const direction = before && index !== before.index ? (index > before.index ? 1 : -1) : (before?.direction ?? 1);
    const places = before?.stack === stack ? before.places : new Map(stack.frames.map((frame, place) => [frameKey(frame), place]));
    this.attentions.delete(stack.id);
    const recent = [index, ...(before?.recent ?? [])].slice(0, FOLLOWED_MAX);
    this.attentions.set(stack.id, { stack, index, recent, direction, places });
    const [oldest] = this.attentions.keys();
    if (oldest !== undefined && this.attentions.size > FOLLOWED_MAX) this.attentions.delete(oldest);
    this.work();
  }

  /** Nobody shows the stack any more: nothing of it is fetched ahead, and it goes first when room is needed. */
  leave(stack: Stack): void {
    this.attentions.delete(stack.id);
  }

  progress(stack: Stack): Progress {
    let [loaded, failed] = [0, 0];
    for (const frame of stack.frames) {
      if (this.has(frame)) loaded++;
      else if (this.failures.has(frameKey(frame))) failed++;
    }
    return { loaded, failed, total: stack.frames.length };
  }

  /** Calls `listener` with the key of each frame that came or failed, until the function that is returned is called. */
  subscribe(listener: (key: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Forgets everything and breaks off what is under way: another study is opened. */
  clear(): void {
    this.abort.abort();
    clearTimeout(this.later);
    this.later = undefined;
    this.abort = new AbortController();
    for (const waiting of this.waiting.values()) {
      for (const { reject } of waiting) reject(new DOMException("The study was closed.", "AbortError"));
    }
    for (const map of [this.attentions, this.waiting, this.underWay, this.failures, this.forms, this.bulk]) map.clear();
    this.cache.clear();
  }

  /** How many steps a frame is from what one looks at, 0 on screen; infinite where nobody looks at its stack. */
  private distance(key: string): number {
    if (this.waiting.has(key)) return 0;
    let nearest = Number.POSITIVE_INFINITY;
    for (const { places, recent } of this.attentions.values()) {
      const place = places.get(key);
      if (place !== undefined) nearest = Math.min(nearest, ...recent.map((index) => Math.abs(place - index)));
    }
    return nearest;
  }

  private work(): void {
    while (this.running < CONNECTIONS) {
      const batch = this.urgent() ?? (this.running < AHEAD_CONNECTIONS ? this.ahead() : undefined);
      if (!batch) return;
      void this.fetch(batch);
    }
  }

  private isOpen(frame: ImageFrame): boolean {
    const key = frameKey(frame);
    return !this.cache.has(key) && !this.underWay.has(key) && !this.failures.has(key);
  }

  /** What somebody waits for: what is on screen, then what was asked for by promise. */
  private urgent(): readonly ImageFrame[] | undefined {
    for (const { stack, index } of this.attentions.values()) {
      const frame = stack.frames[index];
      if (frame && this.isOpen(frame)) return [frame];
    }
    for (const [key, [first]] of this.waiting) if (first && !this.underWay.has(key)) return [first.frame];
    return undefined;
  }

  /** The nearest frames to what is on screen, of all cells in turn, first in the way in which one scrolls. */
  private ahead(): readonly ImageFrame[] | undefined {
    const attentions = [...this.attentions.values()];
    const farthest = Math.max(0, ...attentions.map(({ stack }) => stack.frames.length));
    for (let distance = 1; distance < farthest; distance++) {
      for (const { stack, index, direction } of attentions) {
        for (const place of [index + direction * distance, index - direction * distance]) {
          const frame = stack.frames[place];
          if (!frame || !this.isOpen(frame)) continue;
          return this.cache.wouldKeep(distance, bytesOf(frame)) ? this.batch(stack, place) : undefined;
        }
      }
    }
    return undefined;
  }

  /** The frame and, of a multi-frame instance, those that follow it, as many as one answer may hold. */
  private batch(stack: Stack, place: number): readonly ImageFrame[] {
    const first = stack.frames[place] as ImageFrame;
    const most = first.frameCount > 1 ? Math.max(1, Math.floor(ANSWER_BYTES / bytesOf(first))) : 1;
    const batch = [first];
    for (let next = place + 1; batch.length < most; next++) {
      const frame = stack.frames[next];
      if (!frame || frame.sopInstanceUid !== first.sopInstanceUid || !this.isOpen(frame)) break;
      batch.push(frame);
    }
    return batch;
  }

  private async fetch(batch: readonly ImageFrame[]): Promise<void> {
    const { signal } = this.abort;
    const open = new Map(batch.map((frame) => [frame.frame, frame]));
    for (const frame of batch) this.underWay.set(frameKey(frame), true);
    this.running++;
    const decoding: Promise<void>[] = [];
    try {
      const first = batch[0] as ImageFrame;
      const form = await this.formOf(first, signal);
      await request(first, [...open.keys()], signal, (number, bytes) => {
        const frame = open.get(number);
        open.delete(number);
        if (frame) decoding.push(this.decode(frame, bytes, form, signal));
      });
      for (const frame of open.values()) this.failed(frame, new Error("The archive did not send this frame."));
    } catch (error) {
      if (!signal.aborted) for (const frame of open.values()) this.failed(frame, asError(error));
    } finally {
      await Promise.all(decoding);
      this.running--;
      this.work();
    }
  }

  private async decode(frame: ImageFrame, bytes: ArrayBuffer, form: StoredForm, signal: AbortSignal): Promise<void> {
    try {
      const picture = await decodeFrame(frame, elementsOf(frame), bytes, form, (uri) => this.readBulk(uri, signal));
      if (signal.aborted) return;
      const key = frameKey(frame);
      this.cache.add(key, picture);
      this.settle(key, ({ resolve }) => resolve(picture));
    } catch (error) {
      if (!signal.aborted) this.failed(frame, asError(error));
    }
  }

  private failed(frame: ImageFrame, error: Error): void {
    const key = frameKey(frame);
    this.failures.set(key, error);
    this.settle(key, ({ reject }) => reject(error));
    if (mayPass(error)) this.tryLater();
  }

  /** What failed because the archive was away is asked for again while somebody looks at it. */
  private tryLater(): void {
    this.later ??= setTimeout(() => {
      this.later = undefined;
      for (const [key, error] of this.failures) if (mayPass(error)) this.failures.delete(key);
      this.work();
    }, AGAIN_MILLISECONDS);
  }

  private settle(key: string, tell: (waiting: Waiting) => void): void {
    this.underWay.delete(key);
    const waiting = this.waiting.get(key) ?? [];
    this.waiting.delete(key);
    waiting.forEach(tell);
    for (const listener of this.listeners) listener(key);
  }

  /** What native samples mean; only a codestream of colour may mean something else than its attributes say. */
  private formOf(frame: ImageFrame, signal: AbortSignal): Promise<StoredForm> {
    const { attributes, sopInstanceUid } = frame;
    const photometric = attributes.text("PhotometricInterpretation");
    const isClear = attributes.number("SamplesPerPixel") !== 3 || photometric === "YBR_RCT" || photometric === "YBR_ICT";
    if (isClear) return Promise.resolve({ planar: false });
    const known = this.forms.get(sopInstanceUid) ?? requestStoredForm(frame, frame.frame, signal).then(({ form }) => form);
    this.forms.set(sopInstanceUid, known);
    known.catch(() => this.forms.delete(sopInstanceUid));
    return known;
  }

  private readBulk(uri: string, signal: AbortSignal): Promise<ArrayBuffer> {
    const known = this.bulk.get(uri) ?? requestBulk(uri, signal);
    this.bulk.set(uri, known);
    known.catch(() => this.bulk.delete(uri));
    return known;
  }
}

function bytesForThisComputer(): number {
  const { navigator } = globalThis as { readonly navigator?: { readonly deviceMemory?: number } };
  return (navigator?.deviceMemory ?? Number.POSITIVE_INFINITY) <= SMALL_MEMORY_GIGABYTES ? SMALL_CACHE_BYTES : CACHE_BYTES;
}

/** The pixels of frames of one instance, by the way that there is to its kind. */
function request(
  frame: ImageFrame,
  numbers: readonly number[],
  signal: AbortSignal,
  onFrame: (number: number, bytes: ArrayBuffer) => void,
): Promise<void> {
  const { attributes } = frame;
  const float = attributes.has("DoubleFloatPixelData") ? "7FE00009" : attributes.has("FloatPixelData") ? "7FE00008" : undefined;
  if (float) return requestFloatFrames(frame, float, numbers, bytesOf(frame), signal, onFrame);
  return requestFrames(frame, numbers, bytesOf(frame), signal, onFrame);
}

function bytesOf(frame: ImageFrame): number {
  try {
    return frameBytes(layoutOf(frame));
  } catch {
    return 1; // what makes no sense fails when it is decoded, with its sentence
  }
}

/** The one store of the page: what one cell fetched, another one shows. */
export const frameStore = new FrameStore();

/** Whether a failure is one of the moment: nobody answered, or the archive was too busy to. */
const mayPass = (error: Error): boolean => error instanceof Refusal && [0, 502, 503, 504].includes(error.status);

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
