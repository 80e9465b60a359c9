import { describe, expect, test } from "vitest";
import { DicomAttributes, type JsonDataSet } from "./attributes";
import { paletteColours } from "./colour";
import { entryFor, readLut, readPalette, segmented } from "./luts";
import { readOverlays } from "./overlays";
import { layoutOf } from "./pixel_layout";
import { readShutter } from "./shutters";

const base64 = (...bytes: number[]): string => btoa(String.fromCharCode(...bytes));
const noBulk = () => Promise.reject(new Error("nothing stands elsewhere"));
const item = (descriptor: number[], data: JsonDataSet[string]): DicomAttributes =>
  new DicomAttributes([{ "00283002": { vr: "US", Value: descriptor }, "00283006": data }]);

describe("lookup tables", () => {
  test("a value outside takes the first or the last entry", async () => {
    const table = await readLut(item([3, 0xfffe, 12], { vr: "US", Value: [10, 20, 30] }), true, noBulk);
    if (!table) throw new Error("no table");
    expect([-9, -2, -1, 0, 9].map((value) => entryFor(table, value))).toEqual([10, 10, 20, 30, 30]);
  });

  test("entries of eight bits may lie two in a word", async () => {
    const table = await readLut(item([4, 0, 8], { vr: "OW", InlineBinary: base64(1, 2, 3, 4) }), false, noBulk);
    expect([...(table?.entries ?? [])]).toEqual([1, 2, 3, 4]);
  });

  test("0 entries mean 65536, and a table that has fewer than promised is none", async () => {
    expect(await readLut(item([0, 0, 16], { vr: "OW", InlineBinary: base64(1, 2) }), false, noBulk)).toBeUndefined();
    const whole = await readLut(item([0, 0, 16], { vr: "OW", BulkDataURI: "/x" }), false, async () => new ArrayBuffer(0x20000));
    expect(whole?.entries).toHaveLength(0x10000);
  });
});

describe("palettes", () => {
  test("every colour has a first value of its own, and 16 bits give their upper half", async () => {
    const palette = await readPalette(
      new DicomAttributes([
        {
          "00281101": { vr: "US", Value: [2, 0, 16] },
          "00281102": { vr: "US", Value: [2, 1, 16] },
          "00281103": { vr: "US", Value: [2, 2, 16] },
          "00281201": { vr: "US", Value: [0x1100, 0x2200] },
          "00281202": { vr: "US", Value: [0x3300, 0x4400] },
          "00281203": { vr: "US", Value: [0x5500, 0x6600] },
        },
      ]),
      false,
      noBulk,
    );
    if (!palette) throw new Error("no palette");
    expect([...paletteColours(Uint8Array.of(0, 1, 2, 3), palette)]).toEqual([
      0x11, 0x33, 0x55, 255, 0x22, 0x33, 0x55, 255, 0x22, 0x44, 0x55, 255, 0x22, 0x44, 0x66, 255,
    ]);
  });

  test("segments: values, an even rise, and both again", () => {
    const words = [0, 2, 10, 20, 1, 2, 40, 2, 2, 4, 0];
    const bytes = new Uint8Array(Uint16Array.from(words).buffer);
    // the copy begins at the linear segment (byte 8): two copies of two steps, the second from 40 to 40
    bytes[2 * 9] = 8;
    expect([...(segmented(bytes, { count: 6, bits: 16 }) ?? [])]).toEqual([10, 20, 30, 40, 40, 40]);
  });

  test("segments that break off, or begin with a rise, are no palette", () => {
    expect(segmented(Uint8Array.of(0, 9, 1), { count: 9, bits: 8 })).toBeUndefined();
    expect(segmented(Uint8Array.of(1, 2, 9), { count: 2, bits: 8 })).toBeUndefined();
  });
});

describe("overlays", () => {
  const image: JsonDataSet = {
    "00280100": { vr: "US", Value: [16] },
    "00280101": { vr: "US", Value: [12] },
    "00280102": { vr: "US", Value: [11] },
  };
  const layout = layoutOf({ rows: 2, columns: 2, attributes: new DicomAttributes([image]) } as never);
  const overlay = (more: JsonDataSet): JsonDataSet => ({
    "60000010": { vr: "US", Value: [2] },
    "60000011": { vr: "US", Value: [2] },
    "60000050": { vr: "SS", Value: [1, 1] },
    ...more,
  });
  const words = Uint16Array.of(0x1000, 0, 0x0fff, 0x1001);

  test("one bit a pixel, the lowest first, without gaps, at its place", async () => {
    const attributes = new DicomAttributes([
      overlay({ "60003000": { vr: "OW", InlineBinary: base64(0b0110, 0) }, "60000050": { vr: "SS", Value: [-1, 3] } }),
    ]);
    const [plane] = await readOverlays(attributes, 0, words, layout, noBulk);
    expect([[...(plane?.bits ?? [])], plane?.top, plane?.left]).toEqual([[0, 1, 1, 0], -2, 2]);
  });

  test("spare bits of the pixels are an overlay too", async () => {
    const attributes = new DicomAttributes([
      overlay({ "60000100": { vr: "US", Value: [16] }, "60000102": { vr: "US", Value: [12] } }),
    ]);
    const [plane] = await readOverlays(attributes, 0, words, layout, noBulk);
    expect([...(plane?.bits ?? [])]).toEqual([1, 0, 0, 1]);
  });

  test("a plane that claims more than its bytes is left out", async () => {
    const attributes = new DicomAttributes([
      overlay({ "60000010": { vr: "US", Value: [200] }, "60003000": { vr: "OW", InlineBinary: base64(1, 1) } }),
    ]);
    expect(await readOverlays(attributes, 0, words, layout, noBulk)).toEqual([]);
  });
});

describe("shutters", () => {
  const shutter = (values: JsonDataSet) => readShutter(new DicomAttributes([values]), 4, 4);
  const edges: JsonDataSet = {
    "00181602": { vr: "IS", Value: [2] },
    "00181604": { vr: "IS", Value: [3] },
    "00181606": { vr: "IS", Value: [2] },
    "00181608": { vr: "IS", Value: [4] },
  };

  test("a rectangle hides what lies outside of it", () => {
    const found = shutter({
      "00181600": { vr: "CS", Value: ["RECTANGULAR"] },
      ...edges,
      "00181622": { vr: "US", Value: [0x8000] },
    });
    expect([...(found?.hidden ?? [])]).toEqual([1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1]);
    expect(found?.level).toBe(0x80);
  });

  test("of several shapes the least is seen", () => {
    const found = shutter({
      "00181600": { vr: "CS", Value: ["RECTANGULAR", "CIRCULAR", "POLYGONAL"] },
      ...edges,
      "00181610": { vr: "IS", Value: [2, 2] },
      "00181612": { vr: "IS", Value: [1] },
      "00181620": { vr: "IS", Value: [1, 1, 1, 4, 4, 4, 4, 1] },
    });
    expect([...(found?.hidden ?? [])].map((hidden, index) => (hidden ? -1 : index)).filter((index) => index >= 0)).toEqual([
      5, 6, 9,
    ]);
  });

  test("one that would hide everything is a mistake, and one without numbers is none", () => {
    expect(
      shutter({
        "00181600": { vr: "CS", Value: ["CIRCULAR"] },
        "00181610": { vr: "IS", Value: [90, 90] },
        "00181612": { vr: "IS", Value: [1] },
      }),
    ).toBeUndefined();
    expect(shutter({ "00181600": { vr: "CS", Value: ["RECTANGULAR"] } })).toBeUndefined();
  });
});
