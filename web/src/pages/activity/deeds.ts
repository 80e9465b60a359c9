/**
 * What an association did, in words: who, what, how it ended. The words of the log (daemon/witness), as parts of a row.
 *
 * An association of `/api/associations` comes in, sentences and a state of a lamp go out. Nothing here draws.
 */

import type { AssociationWords } from "@/api/words";
import { byteCount, count, counted, duration } from "@/base/text";
import type { LampState } from "@/parts/lamp";

/** The node's name where it is known, else its title, else where it came from. */
export function who(one: AssociationWords): string {
  return one.node || one.calling_ae_title || one.address;
}

/** How it stands or ended, as a lamp shows it. */
export function lampOf(one: AssociationWords): LampState {
  if (one.outcome === "open") return "busy";
  if (one.outcome === "rejected") return "bad";
  if (one.outcome === "none") return "unknown";
  if (one.outcome === "aborted" || one.outcome === "lost" || failedCount(one) > 0) return "partly";
  return "good";
}

export function failedCount(one: AssociationWords): number {
  return Object.values(one.failures).reduce((sum, times) => sum + times, 0);
}

export function storedCount(one: AssociationWords): number {
  return one.stored.reduce((sum, each) => sum + each.count, 0);
}

/** "stored 118 CT images", "searched 3 times and had 40 objects sent"; of an open one "storing, 118 CT images". */
export function deeds(one: AssociationWords): string {
  if (one.outgoing) return ourDeeds(one);
  if (one.outcome === "rejected") return "turned away";
  if (one.outcome === "none") return "made no association";
  const open = one.outcome === "open";
  const done: string[] = [];
  const stored = joined(one.stored.map((each) => objects(each.name, each.count)));
  if (stored) done.push(open ? `storing, ${stored}` : `stored ${stored}`);
  else if (one.requests.store) done.push("tried to store");
  for (const [operation, words] of OPERATIONS) {
    const times = one.requests[operation] ?? 0;
    if (times) done.push(times === 1 ? words : `${words} ${count(times)} times`);
  }
  if (one.sent) done.push(`had ${counted(one.sent, "object")} sent`);
  return joined(done) || (open ? "connected, nothing asked yet" : "came and asked for nothing");
}

/** The same of an association that we opened: "we sent it 40 objects", "we got 3 CT images". */
function ourDeeds(one: AssociationWords): string {
  if (one.outcome === "rejected") return "refused us";
  const got = joined(one.stored.map((each) => objects(each.name, each.count)));
  const done = OURS.filter(([operation]) => one.requests[operation]).map(([operation, words]) => {
    const times = one.requests[operation] ?? 0;
    if (operation === "store") return `sent ${counted(one.sent, "object")}`;
    if (operation === "get" && got) return `got ${got}`;
    return times === 1 ? words : `${words} ${count(times)} times`;
  });
  if (done.length > 0) return `we ${joined(done)}`;
  return one.outcome === "open" ? "we are connected" : one.outcome === "lost" ? "could not be reached" : "we asked for nothing";
}

const OURS = [
  ["echo", "echoed"],
  ["find", "searched"],
  ["move", "asked for a move"],
  ["get", "asked to get"],
  ["store", "sent"],
] as const;

const OPERATIONS = [
  ["echo", "echoed"],
  ["find", "searched"],
  ["move", "asked to move"],
  ["get", "asked to get"],
] as const;

/** "120 CT images" from the standard's "CT Image Storage". */
export function objects(name: string, times: number): string {
  const short = (name.split(" - ")[0] ?? name).replace(/ Storage$/, "");
  const plain = short.replace(/ Image$/, "");
  return plain === short ? `${count(times)} ${short}` : `${count(times)} ${plain} image${times === 1 ? "" : "s"}`;
}

function joined(parts: readonly string[]): string {
  const last = parts.at(-1);
  if (last === undefined) return "";
  return parts.length === 1 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`;
}

/** How it ended where that is worth saying: empty after a release without failures. */
export function ending(one: AssociationWords): string {
  const failed = failedCount(one);
  const said: string[] = [];
  if (failed) said.push(one.last_failure ? `${count(failed)} failed: ${one.last_failure}` : `${count(failed)} failed`);
  const outcome = ENDINGS[one.outcome];
  if (outcome) said.push(!one.reason ? outcome : one.reason.startsWith(outcome) ? one.reason : `${outcome}: ${one.reason}`);
  else if (one.reason && one.outcome !== "released" && one.outcome !== "open") said.push(one.reason);
  return said.join("; ");
}

const ENDINGS: Readonly<Partial<Record<AssociationWords["outcome"], string>>> = {
  aborted: "aborted",
  lost: "connection lost",
};

/** Bytes of what counts: what came in where it stored, what went out where it fetched. */
export function amount(one: AssociationWords): string {
  const bytes = bytesMoved(one);
  return bytes > 0 && (one.stored.length > 0 || one.sent > 0) ? byteCount(bytes) : "";
}

export function bytesMoved(one: AssociationWords): number {
  return Math.max(one.bytes_in, one.bytes_out);
}

/** How long it lasted, or has lasted. */
export function lasted(one: AssociationWords, now: Date): string {
  const seconds = ((one.ended ? new Date(one.ended) : now).getTime() - new Date(one.opened).getTime()) / 1000;
  return seconds < 0.0995 ? `${Math.max(1, Math.round(seconds * 1000))} ms` : duration(Math.max(0, seconds));
}

/** Whether an association has all the words of a search somewhere in what it says. */
export function isMeant(one: AssociationWords, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const said = [
    one.node,
    one.calling_ae_title,
    one.called_ae_title,
    one.address,
    one.implementation_version_name,
    one.outcome,
    deeds(one),
    ending(one),
    one.note,
  ];
  const text = said.join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}
