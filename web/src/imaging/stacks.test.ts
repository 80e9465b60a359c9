import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { JsonDataSet, JsonElement } from "./attributes";
import { stacksOf } from "./stacks";

const places = JSON.parse(readFileSync(new URL("./fixtures/places.json", import.meta.url), "utf-8")) as Record<
  string,
  JsonDataSet[]
>;
const stacks = (name: string) => stacksOf(places[name] ?? []);
const element = (vr: string, ...values: (number | string)[]): JsonElement => ({ vr, Value: values });

interface Slice {
  readonly number: number;
  readonly position: readonly [number, number, number];
  readonly more?: JsonDataSet;
}

/** A series of slices in axial planes, as a device would write it. */
function series(slices: readonly Slice[], modality = "MR", orientation = [1, 0, 0, 0, 1, 0]): JsonDataSet[] {
  return slices.map(({ number, position, more }) => ({
    "00080016": element("UI", "1.2.840.10008.5.1.4.1.1.4"),
    "00080018": element("UI", `1.2.3.${number}`),
    "00080060": element("CS", modality),
    "0020000D": element("UI", "1.2.3"),
    "0020000E": element("UI", "1.2.3.4"),
    "00200013": element("IS", number),
    "00200032": element("DS", ...position),
    "00200037": element("DS", ...orientation),
    "00200052": element("UI", "1.2.3.5"),
    "00280002": element("US", 1),
    "00280004": element("CS", "MONOCHROME2"),
    "00280010": element("US", 64),
    "00280011": element("US", 64),
    "00280030": element("DS", 1, 1),
    "7FE00010": { vr: "OW", BulkDataURI: "/bulk" },
    ...more,
  }));
}

const along = (depths: readonly number[]): Slice[] =>
  depths.map((z, index) => ({ number: index + 1, position: [0, 0, z] as const }));
const range = (count: number, step = 1, from = 0): number[] => Array.from({ length: count }, (_, index) => from + index * step);
const numbers = (dataSets: JsonDataSet[]) =>
  stacksOf(dataSets).map(({ frames }) => frames.map(({ attributes }) => attributes.number("InstanceNumber")));

describe("series of real files", () => {
  test("slices are put in the order in which their numbers rise, also downwards", () => {
    const [stack] = stacks("descending");
    expect(stack?.frames.map(({ attributes }) => attributes.number("InstanceNumber"))).toEqual([6, 7, 8, 9, 10]);
    expect(stack?.frames[0]?.plane?.position[2]).toBeCloseTo(8.76, 2);
    expect(stack?.gap).toBeCloseTo(2.5, 3);
    expect(stack?.mpr).toEqual({ allowed: true, sentence: "" });
  });

  test("missing slices are counted, told, and keep a volume from being cut", () => {
    const [stack] = stacks("missing");
    expect(stack?.frames).toHaveLength(4);
    expect(stack?.warnings).toEqual(["161 slices missing"]);
    expect(stack?.mpr).toEqual({ allowed: false, sentence: "161 slices are missing between −99.5 and 103.0 mm." });
    expect(stack?.gap).toBeUndefined();
  });

  test("three planes of a pilot are three stacks of one frame of reference", () => {
    const pilot = stacks("pilot");
    expect(pilot.map(({ frames }) => frames.length)).toEqual([1, 1, 1]);
    expect(new Set(pilot.map(({ frames }) => frames[0]?.frameOfReferenceUid)).size).toBe(1);
    expect(new Set(pilot.map(({ id }) => id)).size).toBe(3);
    expect(pilot.map(({ distinction }) => distinction).sort()).toEqual(["axial", "coronal", "sagittal"]);
  });

  test("turning projections are one clip and no volume", () => {
    const [stack, ...others] = stacks("turning");
    expect(others).toEqual([]);
    expect(stack?.frames).toHaveLength(7);
    expect(stack?.isClip).toBe(true);
    expect(stack?.mpr.sentence).toBe("These images are projections, not slices: there is no volume to cut.");
  });

  test("two scouts in two planes are two stacks", () => {
    expect(stacks("scouts").map(({ frames }) => frames.length)).toEqual([1, 1]);
  });

  test("frames of an enhanced image lie where their own groups say, not in the order in which they are stored", () => {
    const [stack] = stacks("enhanced");
    expect(stack?.frames.map(({ frame }) => frame)).toEqual([2, 1]);
    expect(stack?.frames.map(({ plane }) => plane?.position[2])).toEqual([-149, -159]);
  });

  test("frames without places are shown in their order and cannot be cut", () => {
    const [stack] = stacks("no places");
    expect(stack?.frames.map(({ frame }) => frame)).toEqual(range(10, 1, 1));
    expect(stack?.mpr.sentence).toBe("These images do not say where they lie in the patient (0020,0032, 0020,0037).");
  });
});

describe("the order of slices", () => {
  test("arrival means nothing", () => {
    const slices = series(along(range(192, -0.9, 76.878)));
    const shuffled = [...slices].sort((a, b) => String(a["00080018"]?.Value).localeCompare(String(b["00080018"]?.Value)));
    const [stack] = stacksOf(shuffled);
    expect(stack?.frames.map(({ attributes }) => attributes.number("InstanceNumber"))).toEqual(range(192, 1, 1));
    expect(stack?.gap).toBeCloseTo(0.9, 6);
  });

  test("numbers that are missing or equal leave the order to the places", () => {
    const slices = series(along([3, 1, 2])).map((slice) => ({ ...slice, "00200013": { vr: "IS" } }));
    expect(stacksOf(slices)[0]?.frames.map(({ plane }) => plane?.position[2])).toEqual([1, 2, 3]);
  });
});

describe("what parts a series", () => {
  const echoes = (times: readonly number[]) =>
    series(
      range(20).map((index) => ({
        number: index + 1,
        position: [0, 0, Math.floor(index / 2)] as const,
        more: { "00180081": element("DS", times[index % 2] ?? 0) },
      })),
    );

  test("two echoes of the same places are two stacks, named by their echo time", () => {
    const parted = stacksOf(echoes([12, 80]));
    expect(parted.map(({ frames, distinction }) => [frames.length, distinction])).toEqual([
      [10, "TE 12 ms"],
      [10, "TE 80 ms"],
    ]);
    expect(parted.every(({ mpr }) => mpr.allowed)).toBe(true);
  });

  test("images that nothing tells apart stay together, all of them, and are told", () => {
    const [stack, ...others] = stacksOf(echoes([12, 12]));
    expect(others).toEqual([]);
    expect(stack?.frames).toHaveLength(20);
    expect(stack?.mpr.sentence).toBe("10 positions hold more than one image; choose echo, b-value or time first.");
  });

  test("b-values of the same places are stacks of their own", () => {
    const slices = series(
      range(24).map((index) => ({
        number: index + 1,
        position: [0, 0, index % 8] as const,
        more: { "00189087": element("FD", [0, 500, 1000][Math.floor(index / 8)] ?? 0) },
      })),
    );
    expect(stacksOf(slices).map(({ distinction, frames }) => [distinction, frames.length])).toEqual([
      ["b 0", 8],
      ["b 500", 8],
      ["b 1000", 8],
    ]);
  });

  test("a time that differs from slice to slice parts nothing", () => {
    const slices = series(
      range(12).map((index) => ({
        number: index + 1,
        position: [0, 0, index] as const,
        more: { "00080032": element("TM", `1200${10 + index}`) },
      })),
    );
    expect(stacksOf(slices)).toHaveLength(1);
  });

  test("every projection and every clip stands alone, stills of ultrasound are scrolled together", () => {
    const projections = series(along([0, 0, 0]), "DX");
    expect(numbers(projections)).toEqual([[1], [2], [3]]);
    expect(stacksOf(projections).map(({ distinction }) => distinction)).toEqual(["1 of 3", "2 of 3", "3 of 3"]);
    const views = ["PA", "LL", "PA"].map(
      (view, index) => ({ ...projections[index], "00185101": element("CS", view) }) as JsonDataSet,
    );
    expect(stacksOf(views).map(({ distinction }) => distinction)).toEqual(["PA, 1 of 2", "LL", "PA, 2 of 2"]);
    const bare = { "00200032": { vr: "DS" }, "00200037": { vr: "DS" } };
    const stills = series(along([0, 0, 0])).map((slice) => ({ ...slice, ...bare, "00080060": element("CS", "US") }));
    expect(numbers(stills)).toEqual([[1, 2, 3]]);
    const clip = { ...stills[1], "00280008": element("IS", 30), "00181063": element("DS", 33.333) } as JsonDataSet;
    const parted = stacksOf([...stills.slice(0, 1), clip]);
    expect(parted.map(({ isClip, frames, frameMilliseconds }) => [isClip, frames.length, frameMilliseconds])).toEqual([
      [false, 1, undefined],
      [true, 30, 33.333],
    ]);
  });

  test("instances without pixels make no stack", () => {
    const reports = series(along([0]), "SR").map(({ "7FE00010": _, ...rest }) => rest);
    expect(stacksOf(reports)).toEqual([]);
  });
});

describe("the names of what was parted", () => {
  test("magnitude and field map, with and without contrast", () => {
    const of = (more: JsonDataSet, from: number) =>
      series(along(range(4)).map((slice) => ({ ...slice, number: slice.number + from, more })));
    const type = (part: string) => ({ "00080008": element("CS", "ORIGINAL", "PRIMARY", part) });
    const parted = stacksOf([...of(type("M"), 0), ...of(type("FIELD_MAP"), 10)]);
    expect(parted.map(({ distinction }) => distinction)).toEqual(["magnitude", "field map"]);
    const contrast = stacksOf([...of({}, 0), ...of({ "00180010": element("LO", "AGENT") }, 10)]);
    expect(contrast.map(({ distinction, label }) => [distinction, label])).toEqual([
      ["without contrast", "MR (without contrast)"],
      ["with contrast", "MR (with contrast)"],
    ]);
  });
});

describe("what is said about a stack's geometry", () => {
  const verdict = (depths: readonly number[]) => stacksOf(series(along(depths), "CT"))[0];

  test("a change of spacing is told with both and its place, and in short for the corner", () => {
    const depths = [...range(14, 4), ...range(14, 7, 13 * 4 + 1.1)];
    const stack = verdict(depths);
    expect(stack?.mpr.sentence).toBe("Slice spacing changes from 4.0 to 7.0 mm at slice 15.");
    expect(stack?.warnings).toEqual(["spacing 1.1 to 7.0 mm"]);
  });

  test("one missing slice", () => {
    expect(verdict([...range(10, 5), ...range(10, 5, 55)])?.mpr.sentence).toBe("1 slice is missing between 45.0 and 55.0 mm.");
  });

  test("two slices are too few", () => {
    expect(verdict([0, 5])?.mpr.sentence).toBe("MPR needs at least 3 slices; this stack has 2.");
  });

  test("thick slices are allowed, and told", () => {
    const slices = series(along(range(8, 7)), "CT").map((slice) => ({ ...slice, "00280030": element("DS", 0.49, 0.49) }));
    const [stack] = stacksOf(slices);
    expect(stack?.mpr.allowed).toBe(true);
    expect(stack?.warnings).toEqual(["coarse: slices 7.0 mm apart, pixels 0.49 mm"]);
  });

  test("the gap of a tilted gantry is measured along the normal", () => {
    const tilt = (18.5 * Math.PI) / 180;
    const [cos, sin] = [Math.cos(tilt), Math.sin(tilt)];
    const slices = range(14).map((index) => ({ number: index + 1, position: [0, 0, (index * 4) / cos] as const }));
    const [stack] = stacksOf(series(slices, "CT", [1, 0, 0, 0, cos, -sin]));
    expect(stack?.gap).toBeCloseTo(4, 6);
    expect(stack?.mpr.allowed).toBe(true);
  });
});
