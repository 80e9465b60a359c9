/**
 * How fast an association is, from what was told of it: of an open one over the last seconds, of one that is over on the whole.
 *
 * Events of `/api/live` come in, a second apart; images and bytes a second go out. Only what moves has a pace.
 */

import type { AssociationWords } from "@/api/words";
import { byteCount } from "@/base/text";
import { bytesMoved, storedCount } from "./deeds";

export interface Pace {
  readonly images: number;
  readonly bytes: number;
}

interface Sample {
  readonly at: number;
  readonly images: number;
  readonly bytes: number;
}

/** How many milliseconds the pace of an open one is taken over. */
const SPAN = 5000;

/** What was told of the open ones during the last seconds, by token. */
export type Samples = ReadonlyMap<string, readonly Sample[]>;

/** The samples with one more of each open association; those of the others are forgotten. `now` is in milliseconds. */
export function sampled(samples: Samples, open: readonly AssociationWords[], now: number): Samples {
  return new Map(
    open.map((one) => {
      const before = samples.get(one.token) ?? [];
      const latest = { at: now, images: moved(one), bytes: bytesMoved(one) };
      const first = before.findLastIndex((sample) => sample.at <= now - SPAN);
      return [one.token, [...before.slice(Math.max(0, first)), latest]] as const;
    }),
  );
}

/** The pace of an open association, undefined while there is none to see. */
export function paceOfOpen(samples: Samples, token: string): Pace | undefined {
  const seen = samples.get(token) ?? [];
  const [first, last] = [seen[0], seen.at(-1)];
  if (!first || !last || last.at - first.at < 500) return undefined;
  const seconds = (last.at - first.at) / 1000;
  return told((last.images - first.images) / seconds, (last.bytes - first.bytes) / seconds);
}

/** The pace of one that is over, undefined where nothing moved or it was too short to say. */
export function paceOfPast(one: AssociationWords): Pace | undefined {
  if (!one.ended) return undefined;
  const seconds = (new Date(one.ended).getTime() - new Date(one.opened).getTime()) / 1000;
  const images = moved(one);
  return seconds < 0.001 || images < 2 ? undefined : told(images / seconds, bytesMoved(one) / seconds);
}

function moved(one: AssociationWords): number {
  return storedCount(one) + one.sent;
}

function told(images: number, bytes: number): Pace | undefined {
  return images > 0 ? { images, bytes } : undefined;
}

/** "48/s, 25 MB/s". */
export function paceWords(pace: Pace): string {
  const images = pace.images < 9.95 ? pace.images.toFixed(1) : Math.round(pace.images).toLocaleString("en-US");
  return `${images}/s, ${byteCount(pace.bytes)}/s`;
}
