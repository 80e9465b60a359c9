import { expect, test } from "vitest";
import type { SeriesWords } from "@/api/words";
import { captionOf, kindOf, type Model, titleOf } from "./series_words";

const series = (more: Partial<SeriesWords> = {}): SeriesWords => ({
  series_instance_uid: "1.2.1",
  series_number: "5",
  modality: "MR",
  series_description: "SAG MPRAGE",
  body_part_examined: "",
  instance_count: 192,
  frame_count: 192,
  byte_count: 1,
  sop_instance_uid: "1.2.1.1",
  sop_class_uid: "1.2.840.10008.5.1.4.1.1.4",
  ...more,
});
const item = (type: string, ...inside: Model[]): Model => ({
  "0040A040": { vr: "CS", Value: [type] },
  "0040A730": { vr: "SQ", Value: inside },
});

test("images are counted, with the thickness of their slices where they say it", () => {
  expect(captionOf(series(), undefined)).toBe("192 images");
  expect(captionOf(series(), { "00180050": { Value: [0.9] } })).toBe("192 images, 0.9 mm");
  expect(captionOf(series(), { "00180050": { Value: ["1.0"] } })).toBe("192 images, 1 mm");
  expect(captionOf(series(), { "00180050": { Value: [20] }, "00080008": { Value: ["DERIVED", "PRIMARY", "MIP"] } })).toBe(
    "192 images, slab",
  );
  expect(captionOf(series(), { "00180050": { Value: [0] } })).toBe("192 images");
});

test("a clip says its frames, and the thickness of enhanced images is found", () => {
  expect(captionOf(series({ instance_count: 1, frame_count: 30 }), undefined)).toBe("30 frames");
  expect(captionOf(series({ instance_count: 2, frame_count: 60 }), undefined)).toBe("2 images, 60 frames");
  const shared: Model = { "52009229": { Value: [{ "00289110": { Value: [{ "00180050": { Value: [5] } }] } }] } };
  expect(captionOf(series({ instance_count: 1, frame_count: 30 }), shared)).toBe("30 frames, 5 mm");
});

test("documents say what is in them", () => {
  const keys = series({ modality: "KO", sop_class_uid: "1.2.840.10008.5.1.4.1.1.88.59", instance_count: 1, frame_count: 1 });
  expect(captionOf(keys, item("CONTAINER", item("IMAGE"), item("IMAGE"), item("TEXT")))).toBe("KO, 2 images");
  const report = series({ modality: "SR", sop_class_uid: "1.2.840.10008.5.1.4.1.1.88.33", instance_count: 1, frame_count: 1 });
  expect(captionOf(report, item("CONTAINER", item("CONTAINER", item("NUM"), item("NUM"))))).toBe("SR, 2 values");
  expect(captionOf(report, undefined)).toBe("SR");
  expect(captionOf({ ...report, instance_count: 3 }, undefined)).toBe("SR, 3 objects");
});

test("what has no pixels has a sign instead of a picture", () => {
  const kinds = (uid: string) => kindOf(series({ sop_class_uid: `1.2.840.10008.5.1.4.1.1.${uid}` }));
  expect(["2", "4.1", "66.4", "481.2", "7"].map(kinds)).toEqual(["image", "image", "image", "image", "image"]);
  expect(["88.33", "104.1", "9.1.1", "11.1", "481.3", "66.5"].map(kinds)).toEqual([
    "report",
    "document",
    "waveform",
    "state",
    "other",
    "other",
  ]);
});

test("a series without a name is told by what it is of", () => {
  expect(titleOf(series({ series_description: "" }))).toBe("MR");
  expect(titleOf(series({ series_description: "", body_part_examined: "KNEE" }))).toBe("KNEE");
});
