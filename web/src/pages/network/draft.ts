/** An entry while it is written: every field as its text, so that nothing that a person types is lost or put right behind their back. */
import type { DoorCaller, NodeEntry, NodeWords } from "@/api/words";

export const OPERATIONS = ["echo", "store", "find", "move", "get"] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Those that somebody may like; all others are kept when they are there (PS3.5 A). */
export const SYNTAXES: readonly (readonly [uid: string, name: string])[] = [
  ["1.2.840.10008.1.2.1", "Explicit VR Little Endian"],
  ["1.2.840.10008.1.2", "Implicit VR Little Endian"],
  ["1.2.840.10008.1.2.4.70", "JPEG Lossless, first-order prediction"],
  ["1.2.840.10008.1.2.4.80", "JPEG-LS Lossless"],
  ["1.2.840.10008.1.2.4.90", "JPEG 2000 Lossless"],
  ["1.2.840.10008.1.2.4.91", "JPEG 2000"],
  ["1.2.840.10008.1.2.4.50", "JPEG Baseline"],
  ["1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000 Lossless"],
  ["1.2.840.10008.1.2.5", "RLE Lossless"],
];

export interface Draft {
  readonly name: string;
  readonly aeTitle: string;
  readonly host: string;
  readonly port: string;
  readonly operations: readonly Operation[];
  readonly localTitle: string;
  readonly characterSet: string;
  readonly pduBytes: string;
  readonly associations: string;
  readonly syntaxes: readonly string[];
  readonly notes: string;
  readonly dicomweb: string;
  /** Minutes between two echoes; empty as all nodes are, 0 never. */
  readonly echoMinutes: string;
  /** Something that is not on the first page of the form is other than usual. */
  readonly isUnusual: boolean;
}

export const EMPTY: Draft = {
  name: "",
  aeTitle: "",
  host: "",
  port: "104",
  operations: OPERATIONS,
  localTitle: "",
  characterSet: "",
  pduBytes: "",
  associations: "4",
  syntaxes: [],
  notes: "",
  dicomweb: "",
  echoMinutes: "",
  isUnusual: false,
};

/** Who called, as far as an entry is made of it; `at` is the node whose address it has, where its title is another. */
export type Called = Pick<DoorCaller, "calling_ae_title" | "address"> & Partial<Pick<DoorCaller, "node" | "at">>;

/** A node as it is entered; with a caller, with what that has instead: the address of a known title, the title at a known address. */
export function draftOf(node: NodeWords, caller?: Called): Draft {
  const draft: Draft = {
    name: node.name,
    aeTitle: caller && !caller.node && caller.at === node.name ? caller.calling_ae_title : node.ae_title,
    host: caller?.node === node.name ? caller.address : node.host,
    port: String(node.port ?? 104),
    operations: OPERATIONS.filter((one) => node.operations?.includes(one)),
    localTitle: node.local_ae_title ?? "",
    characterSet: node.character_set ?? "",
    pduBytes: node.pdu_bytes_max ? String(node.pdu_bytes_max) : "",
    associations: String(node.associations_max ?? 4),
    syntaxes: node.transfer_syntaxes ?? [],
    notes: node.notes ?? "",
    dicomweb: node.dicomweb_url ?? "",
    echoMinutes: node.echo_minutes === null || node.echo_minutes === undefined ? "" : String(node.echo_minutes),
    isUnusual: false,
  };
  const rest = ["localTitle", "characterSet", "pduBytes", "associations", "notes", "dicomweb", "echoMinutes"] as const;
  return { ...draft, isUnusual: draft.syntaxes.length > 0 || rest.some((field) => draft[field] !== EMPTY[field]) };
}

/** A caller as it would be entered. What it wanted is not what it listens for: its port is the usual one until somebody looks it up. */
export function draftOfCaller(caller: Called): Draft {
  const title = caller.calling_ae_title;
  return { ...EMPTY, name: title.replaceAll("@", "_"), aeTitle: title, host: caller.address };
}

/** A second one of the same kind: all but what must differ. */
export function copyOf(node: NodeWords): Draft {
  return { ...draftOf(node), name: `${node.name} copy`, aeTitle: "" };
}

/** As the house takes it. A number that is none becomes one that the house refuses in words. */
export function entryOf(draft: Draft): NodeEntry {
  return {
    ae_title: draft.aeTitle,
    host: draft.host,
    port: whole(draft.port, 0),
    operations: [...draft.operations],
    transfer_syntaxes: [...draft.syntaxes],
    pdu_bytes_max: draft.pduBytes.trim() ? whole(draft.pduBytes, 1) : 0,
    associations_max: whole(draft.associations, 0),
    character_set: draft.characterSet,
    local_ae_title: draft.localTitle,
    notes: draft.notes,
    dicomweb_url: draft.dicomweb,
    echo_minutes: draft.echoMinutes.trim() ? whole(draft.echoMinutes, -1) : null,
  };
}

function whole(text: string, none: number): number {
  return /^\s*\d{1,10}\s*$/.test(text) ? Number(text) : none;
}
