import { describe, expect, test } from "vitest";
import { bytesOf, DicomAttributes, elementsOf, frameAttributes, type JsonDataSet, type JsonElement } from "./attributes";
import { tagOf } from "./keywords";

const sequence = (...items: JsonDataSet[]): JsonElement => ({ vr: "SQ", Value: items });
const number = (...values: number[]): JsonElement => ({ vr: "DS", Value: values });
const noBulk = () => Promise.reject(new Error("nothing stands elsewhere"));

describe("what holds for a frame", () => {
  const dataSet: JsonDataSet = {
    "00280030": number(9, 9),
    "00281050": number(1),
    "00280010": number(64),
    "52009229": sequence({
      "00289110": sequence({ "00280030": number(2, 2), "00180050": number(5) }),
      "00289132": sequence({ "00281050": number(40), "00281051": number(400) }),
    }),
    "52009230": sequence(
      { "00289132": sequence({ "00281050": number(50) }), "00209113": sequence({ "00200032": number(0, 0, 1) }) },
      { "00209113": sequence({ "00200032": number(0, 0, 2) }), "2005140F": sequence({ "00280030": number(7, 7) }) },
    ),
  };

  test("the frame's own macro comes first, then the shared one, then the data set", () => {
    const [first, second] = [frameAttributes(dataSet, 0), frameAttributes(dataSet, 1)];
    expect([first.number("WindowCenter"), second.number("WindowCenter")]).toEqual([50, 40]);
    expect([first.numbers("ImagePositionPatient"), second.numbers("ImagePositionPatient")]).toEqual([
      [0, 0, 1],
      [0, 0, 2],
    ]);
    expect(first.number("Rows")).toBe(64);
  });

  test("a macro of the frame is not completed from the shared one", () => {
    expect(frameAttributes(dataSet, 0).number("WindowWidth")).toBeUndefined();
  });

  test("copies of attributes in private groups mean nothing", () => {
    expect(frameAttributes(dataSet, 1).numbers("PixelSpacing")).toEqual([2, 2]);
  });

  test("a frame without groups of its own has the shared ones", () => {
    expect(frameAttributes(dataSet, 9).numbers("PixelSpacing")).toEqual([2, 2]);
  });

  test("an image without groups answers for itself", () => {
    expect(frameAttributes({ "00280030": number(9, 9) }, 0).numbers("PixelSpacing")).toEqual([9, 9]);
  });
});

describe("values", () => {
  const attributes = new DicomAttributes([
    { "00281050": { vr: "DS", Value: ["40", "x"] }, "00281051": { vr: "DS", Value: ["400", null] }, "00200013": { vr: "IS" } },
    { "00200013": number(7), "00180050": { vr: "DS", Value: ["2.5"] } },
  ]);

  test("a number may be written as text, and what is none spoils its attribute", () => {
    expect([attributes.number("SliceThickness"), attributes.number("WindowCenter")]).toEqual([2.5, 40]);
    expect([attributes.numbers("WindowCenter"), attributes.numbers("WindowWidth")]).toEqual([[], []]);
  });

  test("what is there and empty hides what lies below", () => {
    expect([attributes.number("InstanceNumber"), attributes.has("InstanceNumber")]).toEqual([undefined, true]);
  });

  test("a keyword that no image has is a mistake, not an absence", () => {
    expect(tagOf("PixelSpacing")).toBe("00280030");
    expect(() => attributes.text("PixelSpacings")).toThrow("PixelSpacings");
  });

  test("attributes that were not made from DICOM JSON have no elements", () => {
    expect(() => elementsOf({ attributes: {} as never })).toThrow("DICOM JSON");
  });
});

describe("bytes of a value, wherever they stand", () => {
  test.each([
    ["inline", { vr: "OW", InlineBinary: btoa("\x01\x02") }, [1, 2]],
    ["as numbers", { vr: "US", Value: [1, 0x203] }, [1, 0, 3, 2]],
    ["nowhere", undefined, []],
  ] as const)("%s", async (_, element, expected) => {
    expect([...(await bytesOf(element, noBulk))]).toEqual(expected);
  });

  test("elsewhere", async () => {
    const asked: string[] = [];
    const bytes = await bytesOf({ vr: "OW", BulkDataURI: "/x" }, async (uri) => {
      asked.push(uri);
      return Uint8Array.of(9).buffer;
    });
    expect([[...bytes], asked]).toEqual([[9], ["/x"]]);
  });
});
