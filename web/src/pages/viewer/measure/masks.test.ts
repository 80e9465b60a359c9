import { describe, expect, it } from "vitest";
import type { MaskFrameWords, SegmentationWords } from "@/api/words";
import type { ImagePlane } from "@/imaging/geometry";
import { contoursOn, projected } from "./contours";
import { maskOf, masksOf, masksOn } from "./masks";

const frame = (number: number, changes: Partial<MaskFrameWords> = {}): MaskFrameWords => ({
  frame: number,
  segment: 1,
  position: [0, 0, 5 * number],
  orientation: [1, 0, 0, 0, 1, 0],
  spacing: [1, 1],
  images: [],
  ...changes,
});

const words = (changes: Partial<SegmentationWords> = {}): SegmentationWords => ({
  label: "",
  kind: "BINARY",
  maximum: 1,
  rows: 3,
  columns: 23,
  bits_allocated: 1,
  frame_count: 3,
  frame_of_reference_uid: "1.5",
  segments: [{ number: 1, label: "One", category: "", property_type: "", algorithm: "", colour: [] }],
  frames: [frame(1), frame(2), frame(3)],
  pixels: "",
  more: false,
  ...changes,
});

const plane: ImagePlane = {
  position: [0, 0, 10],
  across: [1, 0, 0],
  down: [0, 1, 0],
  normal: [0, 0, 1],
  rowSpacing: 1,
  columnSpacing: 1,
  rows: 3,
  columns: 23,
  frameOfReferenceUid: "1.5",
};
const onPicture = { sopInstanceUid: "1.2", frame: 1, plane, gap: 5 };

describe("masks", () => {
  it("bits run on over the borders of frames, the lowest first", () => {
    const wanted = Array.from({ length: 3 }, (_, number) =>
      Array.from({ length: 69 }, (_, index) => ((index * 7 + number) % 5 === 0 ? 1 : 0)),
    );
    const bytes = new Uint8Array(26);
    for (const [bit, value] of wanted.flat().entries()) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (value << (bit & 7));
    const masks = masksOf("1.9", words(), bytes);
    for (const [number, values] of wanted.entries()) {
      expect([...maskOf(masks, frame(number + 1), 1)].map((value) => value / 255)).toEqual(values);
    }
  });

  it("shares of a fractional one are of its maximum, and a label map has one segment a value", () => {
    const shares = masksOf(
      "1.9",
      words({ kind: "FRACTIONAL", maximum: 200, bits_allocated: 8, rows: 1, columns: 2, frame_count: 1 }),
      Uint8Array.of(200, 100),
    );
    expect([...maskOf(shares, frame(1), 1)]).toEqual([255, 128]);
    const labels = masksOf(
      "1.9",
      words({ kind: "LABELMAP", bits_allocated: 8, rows: 1, columns: 3, frame_count: 1 }),
      Uint8Array.of(0, 2, 1),
    );
    expect([...maskOf(labels, frame(1, { segment: 0 }), 2)]).toEqual([0, 255, 0]);
  });

  it("fewer bytes than the masks need are refused", () => {
    expect(() => masksOf("1.9", words(), new Uint8Array(20))).toThrow("should have 26 bytes, and have 20");
  });

  it("a frame lies on the picture that it was drawn on, else on the one in its plane", () => {
    const masks = masksOf("1.9", words(), new Uint8Array(26));
    expect(masksOn(masks, "1.9", onPicture).map((one) => one.frame.frame)).toEqual([2]);
    const image = { sop_instance_uid: "1.2", sop_class_uid: "", frames: [] };
    const drawn = masksOf(
      "1.9",
      words({ frames: [frame(3, { images: [image], position: [], orientation: [] })] }),
      new Uint8Array(26),
    );
    expect(masksOn(drawn, "1.9", onPicture)[0]).toMatchObject({ part: "1.9 1", origin: { x: 0, y: 0 }, across: { x: 1, y: 0 } });
    expect(masksOn(masks, "1.9", { ...onPicture, plane: { ...plane, frameOfReferenceUid: "1.6" } })).toEqual([]);
  });

  it("pixels of another size and a mirrored direction lie where they are in the patient", () => {
    const masks = masksOf(
      "1.9",
      words({ frames: [frame(2, { position: [4, 6, 10], spacing: [2, 0.5], orientation: [-1, 0, 0, 0, 1, 0] })] }),
      new Uint8Array(26),
    );
    expect(masksOn(masks, "1.9", onPicture)[0]).toMatchObject({ origin: { x: 4, y: 6 }, across: { x: -0.5 }, down: { y: 2 } });
  });
});

describe("contours", () => {
  const contour = {
    part: "h",
    isClosed: true,
    points: [1, 2, 10, 3, 4, 10.2],
    sopInstanceUid: undefined,
    frameOfReferenceUid: "1.5",
  };

  it("a point of the patient is a place of the picture, with its distance", () => {
    expect(projected({ ...plane, columnSpacing: 2 }, [4, 3, 11])).toEqual({ x: 2, y: 3, away: 1 });
  });

  it("one lies on a picture where all of it does", () => {
    expect(contoursOn([contour], plane, "1.2", 5)[0]?.places).toEqual([
      { x: 1, y: 2 },
      { x: 3, y: 4 },
    ]);
    expect(contoursOn([{ ...contour, points: [1, 2, 10, 3, 4, 14] }], plane, "1.2", 5)).toEqual([]);
    expect(contoursOn([{ ...contour, sopInstanceUid: "1.7" }], plane, "1.2", 5)).toEqual([]);
    expect(contoursOn([{ ...contour, frameOfReferenceUid: "1.6" }], plane, "1.2", 5)).toEqual([]);
  });
});
