/**
 * What the first bytes of a PDU say, piece by piece, where it is short enough to be shown whole: A-ASSOCIATE-RJ and A-ABORT
 * (PS3.8 9.3.4, 9.3.8). Everything else is shown as rows of sixteen bytes.
 */

export interface Piece {
  readonly bytes: string;
  readonly words: string;
  /** What it means, as a row of its own below; empty where the words say it all. */
  readonly name?: string;
  readonly meaning?: string;
}

const RESULTS: Readonly<Record<number, readonly [string, string]>> = {
  1: ["for good", "refused for good, so trying again will not help"],
  2: ["for now", "refused for now: trying later may help"],
};

const REJECT_SOURCES: Readonly<Record<number, readonly [string, string]>> = {
  1: ["by its user", "by its application, not by its network layer"],
  2: ["by its network layer", "by its upper layer, which speaks the protocol"],
  3: ["by its network layer", "by its presentation layer: it cannot take another connection now"],
};

const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  "1/1": ["no reason", "it gives no reason"],
  "1/2": ["application context", "it does not know the application context name, which is always the same"],
  "1/3": ["calling title", "it does not recognise who is calling"],
  "1/7": ["called title", "it does not answer to the title that it was called by"],
  "2/1": ["no reason", "it gives no reason"],
  "2/2": ["protocol version", "it does not speak this version of the protocol"],
  "3/1": ["congestion", "it is busy at the moment"],
  "3/2": ["limit", "it has as many connections as it takes"],
};

const ABORT_SOURCES: Readonly<Record<number, readonly [string, string]>> = {
  0: ["by its user", "its application ended the conversation"],
  2: ["by its protocol", "its upper layer could not go on with what came"],
};

const ABORT_REASONS: Readonly<Record<number, readonly [string, string]>> = {
  0: ["no reason", "it gives no reason"],
  1: ["unknown PDU", "it did not recognise what came"],
  2: ["unexpected PDU", "it did not expect what came at this moment"],
  4: ["unknown parameter", "it did not recognise a parameter"],
  5: ["unexpected parameter", "it did not expect a parameter"],
  6: ["invalid value", "a parameter has a value that it does not take"],
};

const UNKNOWN = ["not in the standard", "a value that the standard does not have"] as const;

/** The pieces of a short PDU; undefined for everything else. `hex` are its digits. */
export function pieces(hex: string): readonly Piece[] | undefined {
  if (hex.length < 20) return undefined;
  const at = (place: number) => Number.parseInt(hex.slice(2 * place, 2 * place + 2), 16);
  if (Number.parseInt(hex.slice(4, 12), 16) !== 4) return undefined;
  const head = (words: string): Piece[] => [
    { bytes: spaced(hex.slice(0, 2)), words },
    { bytes: spaced(hex.slice(2, 4)), words: "" },
    { bytes: spaced(hex.slice(4, 12)), words: "4 bytes follow" },
    { bytes: spaced(hex.slice(12, 14)), words: "" },
  ];
  const named = (place: number, name: string, [words, meaning]: readonly [string, string]): Piece => ({
    bytes: spaced(hex.slice(2 * place, 2 * place + 2)),
    words,
    name,
    meaning,
  });
  if (at(0) === 3) {
    return [
      ...head("reject"),
      named(7, "result", RESULTS[at(7)] ?? UNKNOWN),
      named(8, "source", REJECT_SOURCES[at(8)] ?? UNKNOWN),
      named(9, "reason", REASONS[`${at(8)}/${at(9)}`] ?? UNKNOWN),
    ];
  }
  if (at(0) === 7) {
    const isUser = at(8) === 0;
    return [
      ...head("abort"),
      { bytes: spaced(hex.slice(14, 16)), words: "" },
      named(8, "source", ABORT_SOURCES[at(8)] ?? UNKNOWN),
      named(
        9,
        "reason",
        isUser ? ["no meaning", "has no meaning where the application ended it"] : (ABORT_REASONS[at(9)] ?? UNKNOWN),
      ),
    ];
  }
  return undefined;
}

/** "030a" as "03 0a". */
export function spaced(hex: string): string {
  return hex.match(/../g)?.join(" ") ?? "";
}

export interface Row {
  readonly offset: string;
  readonly bytes: string;
  readonly text: string;
}

/** Sixteen bytes a row, and what of them is printable. */
export function rows(hex: string): readonly Row[] {
  const found: Row[] = [];
  for (let place = 0; place < hex.length; place += 32) {
    const row = hex.slice(place, place + 32);
    const codes = (row.match(/../g) ?? []).map((two) => Number.parseInt(two, 16));
    const text = codes.map((code) => (code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : ".")).join("");
    found.push({ offset: (place / 2).toString(16).padStart(4, "0"), bytes: spaced(row), text });
  }
  return found;
}
