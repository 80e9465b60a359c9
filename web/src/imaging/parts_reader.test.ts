import { expect, test } from "vitest";
import { boundaryOf, PartsReader } from "./parts_reader";

const encoder = new TextEncoder();

function body(boundary: string, parts: readonly Uint8Array[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (const part of parts) {
    pieces.push(encoder.encode(`\r\n--${boundary}\r\nContent-Type: application/octet-stream; transfer-syntax=1.2\r\n\r\n`), part);
  }
  pieces.push(encoder.encode(`\r\n--${boundary}--\r\n`));
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0) - 2);
  pieces.reduce((at, piece, index) => {
    whole.set(index === 0 ? piece.subarray(2) : piece, at);
    return at + piece.length - (index === 0 ? 2 : 0);
  }, 0);
  return whole;
}

// bytes that look like the beginning of a delimiter, and one that is empty
const PARTS = [Uint8Array.of(1, 13, 10, 45, 45, 97, 13, 10), Uint8Array.of(13, 10, 45, 45, 98, 13, 13, 10), Uint8Array.of()];

test.each([1, 2, 3, 7, 1000])("parts come whole from runs of %i bytes", (run) => {
  for (const sizeHint of [0, 8, 5000]) {
    const whole = body("b:1", PARTS);
    const reader = new PartsReader("b:1", sizeHint);
    const found = [];
    for (let at = 0; at < whole.length; at += run) found.push(...reader.push(whole.subarray(at, at + run)));
    found.push(...reader.finish());
    expect(found.map(({ bytes }) => [...new Uint8Array(bytes)])).toEqual(PARTS.map((part) => [...part]));
    expect(found[0]?.contentType).toBe("application/octet-stream; transfer-syntax=1.2");
  }
});

test("a part that is longer than expected is whole too", () => {
  const reader = new PartsReader("b", 3);
  const [part] = reader.push(body("b", [Uint8Array.of(1, 2, 3, 4, 5)]));
  expect([...new Uint8Array(part?.bytes ?? new ArrayBuffer())]).toEqual([1, 2, 3, 4, 5]);
});

test("a body that breaks off is told", () => {
  const whole = body("b", [Uint8Array.of(1, 2, 3)]);
  const reader = new PartsReader("b");
  reader.push(whole.subarray(0, whole.length - 6));
  expect(() => reader.finish()).toThrow("broke off");
});

test("the boundary is read with and without quotes", () => {
  expect(boundaryOf('multipart/related; type="x"; boundary="a b"')).toBe("a b");
  expect(boundaryOf("multipart/related; boundary=abc; type=x")).toBe("abc");
  expect(() => boundaryOf("application/json")).toThrow("application/json");
});
