import { describe, expect, test } from "vitest";
import { isNative, jpegColour, storedForm } from "./stored_form";

const text = (letters: string): number[] => [...letters].map((letter) => letter.charCodeAt(0));
const segment = (marker: number, ...content: number[]): number[] => [0xff, marker, 0, content.length + 2, ...content];
const jpeg = (...segments: number[][]): Uint8Array => Uint8Array.from([0xff, 0xd8, ...segments.flat(), 0xff, 0xda, 0, 2, 1, 2, 3]);
const frame = (names: string): number[] =>
  segment(0xc0, 8, 0, 1, 0, 1, 3, ...[...names].flatMap((name) => [name.charCodeAt(0), 0x11, 0]));
const adobe = (transform: number): number[] => segment(0xee, ...text("Adobe"), 0, 100, 0, 0, 0, 0, transform);
const jfif = segment(0xe0, ...text("JFIF"), 0, 1, 1, 0, 0, 1, 0, 1, 0, 0);

describe("the colour that a JPEG's own markers tell", () => {
  test.each([
    ["Adobe's transform 0 is RGB, whatever else is there", jpeg(jfif, adobe(0), frame("\x01\x02\x03")), "RGB"],
    ["Adobe's transform 1 is YBR", jpeg(adobe(1), frame("RGB")), "YBR_FULL"],
    ["JFIF is always YBR", jpeg(jfif, frame("RGB")), "YBR_FULL"],
    ["components called R, G and B are RGB", jpeg(frame("RGB")), "RGB"],
    ["others say nothing", jpeg(frame("\x01\x02\x03")), ""],
    ["what is no JPEG says nothing", Uint8Array.of(1, 2, 3, 4, 5), ""],
    ["what breaks off says nothing", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), ""],
  ] as const)("%s", (_, bytes, expected) => {
    expect(jpegColour(bytes)).toBe(expected);
  });
});

describe("what native samples are", () => {
  test("stored natively, and by run lengths, they are what the attributes say", () => {
    expect(storedForm("1.2.840.10008.1.2.1", new Uint8Array())).toEqual({});
    expect(storedForm("1.2.840.10008.1.2.5", new Uint8Array())).toEqual({});
    expect([isNative("1.2.840.10008.1.2"), isNative("1.2.840.10008.1.2.4.50"), isNative("1.2.840.10008.1.2.5")]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test("a codestream is pixel by pixel, whatever Planar Configuration says", () => {
    expect(storedForm("1.2.840.10008.1.2.4.90", new Uint8Array())).toEqual({ planar: false });
    expect(storedForm("1.2.840.10008.1.2.4.50", jpeg(adobe(0), frame("\x01\x02\x03")))).toEqual({
      planar: false,
      photometric: "RGB",
    });
  });
});
