/**
 * The parts of a multipart/related body (RFC 2046 5.1, RFC 2387), as they arrive.
 *
 * Runs of bytes of any size come in, whole parts with their Content-Type go out. Nothing is searched twice, and a part's bytes are
 * copied once, into a buffer of their own, so that words in them are aligned.
 */

export interface Part {
  readonly contentType: string;
  readonly bytes: ArrayBuffer;
}

const CRLF = "\r\n";
const encoder = new TextEncoder();
const decoder = new TextDecoder("latin1");

/** The boundary that a Content-Type names; throws where there is none. */
export function boundaryOf(contentType: string): string {
  const found = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const boundary = found?.[1] ?? found?.[2];
  if (!boundary) throw new Error(`The archive answered ${contentType || "something without a type"} where parts were expected.`);
  return boundary;
}

export class PartsReader {
  private held = new Uint8Array();
  private used = 0;
  private readonly delimiter: Uint8Array;
  private contentType: string | undefined;
  /** Where the search for the next delimiter goes on. */
  private searched = 0;
  private ended = false;

  /** `sizeHint`: how many bytes a part will have, to look for its end there first; 0 where nobody knows. */
  constructor(
    boundary: string,
    private sizeHint = 0,
  ) {
    this.delimiter = encoder.encode(`${CRLF}--${boundary}`);
    this.add(encoder.encode(CRLF));
  }

  /** The parts that are complete with these bytes. */
  push(bytes: Uint8Array): readonly Part[] {
    this.add(bytes);
    const parts: Part[] = [];
    while (!this.ended && this.step(parts));
    return parts;
  }

  /** The parts that were shorter than expected; throws where the body broke off before its end. */
  finish(): readonly Part[] {
    this.sizeHint = 0;
    const parts = this.push(new Uint8Array());
    if (!this.ended) throw new Error("The answer of the archive broke off.");
    return parts;
  }

  private add(bytes: Uint8Array): void {
    if (this.used + bytes.length > this.held.length) {
      const room = new Uint8Array(Math.max(2 * this.held.length, this.used + bytes.length));
      room.set(this.held.subarray(0, this.used));
      this.held = room;
    }
    this.held.set(bytes, this.used);
    this.used += bytes.length;
  }

  /** One part's end and the next one's head; false where more bytes are needed. */
  private step(parts: Part[]): boolean {
    const end = this.delimiterAt();
    if (end < 0) return false;
    const after = end + this.delimiter.length;
    if (after + 2 > this.used) return false;
    const isLast = this.held[after] === 0x2d && this.held[after + 1] === 0x2d;
    const head = isLast ? after + 2 : this.endOfHead(after);
    if (head < 0) return false;
    if (this.contentType !== undefined) parts.push({ contentType: this.contentType, bytes: this.held.slice(0, end).buffer });
    this.ended = isLast;
    this.contentType = typeIn(decoder.decode(this.held.subarray(after, head)));
    this.held.copyWithin(0, head, this.used);
    this.used -= head;
    this.searched = 0;
    return true;
  }

  private endOfHead(from: number): number {
    for (let at = from; at + 4 <= this.used; at++) {
      if (this.held[at] === 13 && this.held[at + 1] === 10 && this.held[at + 2] === 13 && this.held[at + 3] === 10) return at + 4;
    }
    return -1;
  }

  private delimiterAt(): number {
    if (this.contentType !== undefined && this.sizeHint > 0) {
      if (this.used < this.sizeHint + this.delimiter.length) return -1;
      if (this.matches(this.sizeHint)) return this.sizeHint;
    }
    const last = this.used - this.delimiter.length;
    let at = this.searched;
    while (at <= last) {
      const next = this.held.indexOf(13, at);
      if (next < 0 || next > last) break;
      if (this.matches(next)) return next;
      at = next + 1;
    }
    this.searched = Math.max(0, last + 1);
    return -1;
  }

  private matches(at: number): boolean {
    return this.delimiter.every((byte, index) => this.held[at + index] === byte);
  }
}

function typeIn(head: string): string {
  return /^content-type:\s*(.*?)\s*$/im.exec(head)?.[1] ?? "";
}

/** Calls `onPart` with each part of an answer as soon as it is there; throws where the body breaks off. */
export async function readParts(answer: Response, sizeHint: number, onPart: (part: Part) => void): Promise<void> {
  const reader = new PartsReader(boundaryOf(answer.headers.get("Content-Type") ?? ""), sizeHint);
  if (!answer.body) throw new Error("The archive answered without a body.");
  const source = answer.body.getReader();
  for (let run = await source.read(); !run.done; run = await source.read()) reader.push(run.value).forEach(onPart);
  reader.finish().forEach(onPart);
}
