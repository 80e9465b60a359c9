/** What a device sent by itself: what a C-MOVE of ours brought is no proof that it can. */
import type { CallsWords } from "@/api/words";

export function unasked(calls: CallsWords): number {
  return calls.received - calls.fetched;
}
