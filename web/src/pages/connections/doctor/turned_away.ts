/** Who was turned away at the door while one waits: by the house's own clock, since that of this computer may be another. */
import type { DoorCaller, NodeWords } from "@/api/words";

/** The latest call that the door knew when it was asked first; 0 where nobody had called. */
export function latest(callers: readonly DoorCaller[]): number {
  return Math.max(0, ...callers.map((one) => Date.parse(one.last)));
}

/** The call of this node, by title or address, that is newer than that; nothing before the door was asked. */
export function turnedAway(callers: readonly DoorCaller[], node: NodeWords, since: number | undefined): DoorCaller | undefined {
  if (since === undefined) return undefined;
  return callers.find(
    (one) => Date.parse(one.last) > since && (one.calling_ae_title === node.ae_title || one.address === node.host),
  );
}
