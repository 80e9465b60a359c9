import { describe, expect, test } from "vitest";
import { type View, WHOLE } from "../model/images";
import { DicomAttributes, type JsonDataSet } from "./attributes";
import { framesOf } from "./frames";
import { apply, canvasToImage, edgeLetters, fitZoom, imageToCanvas, mirrored, pictureSize, turned, zoomedAt } from "./view";

const canvas = { width: 700, height: 500 };
const size = { columns: 200, rows: 100, aspect: 2 };
const views: readonly View[] = [
  WHOLE,
  { ...WHOLE, rotation: 1, zoom: 3, pan: { x: 11, y: -7 } },
  { ...WHOLE, rotation: 2, flipHorizontal: true },
  { ...WHOLE, rotation: 3, flipVertical: true, zoom: 0.5 },
];

describe("the map from image to canvas", () => {
  test.each(views)("leads back to where it came from: %o", (view) => {
    const place = { x: 17.25, y: 88 };
    const back = apply(canvasToImage(size, canvas, view), apply(imageToCanvas(size, canvas, view), place));
    expect(back.x).toBeCloseTo(place.x, 9);
    expect(back.y).toBeCloseTo(place.y, 9);
  });

  test("the whole picture fits, with pixels that are higher than wide", () => {
    expect(fitZoom(size, canvas)).toBe(2.5);
    expect(fitZoom(size, canvas, 1)).toBe(2.5);
    expect(fitZoom({ columns: 100, rows: 100, aspect: 1 }, canvas, 1)).toBe(5);
  });

  test("the middle of the picture is the middle of the canvas, moved by the pan", () => {
    const middle = { x: 99.5, y: 49.5 };
    expect(apply(imageToCanvas(size, canvas, WHOLE), middle)).toEqual({ x: 350, y: 250 });
    expect(apply(imageToCanvas(size, canvas, { ...WHOLE, pan: { x: 10, y: 5 } }), middle)).toEqual({ x: 360, y: 255 });
  });

  test("shown 1:1 every pixel is one pixel of the screen, also where one side is odd", () => {
    const odd = { width: 701, height: 499, ratio: 1.25 };
    const map = imageToCanvas({ columns: 200, rows: 101, aspect: 1 }, odd, { ...WHOLE, zoom: 1 / 1.25 });
    const corner = apply(map, { x: -0.5, y: -0.5 });
    expect(corner.x * 1.25).toBeCloseTo(Math.round(corner.x * 1.25), 9);
    expect(corner.y * 1.25).toBeCloseTo(Math.round(corner.y * 1.25), 9);
  });

  test("a quarter turn is clockwise: what was on top is at the right", () => {
    const map = imageToCanvas({ columns: 100, rows: 100, aspect: 1 }, { width: 500, height: 500 }, { ...WHOLE, rotation: 1 });
    expect(apply(map, { x: 49.5, y: -0.5 })).toEqual({ x: 500, y: 250 });
  });
});

describe("the hand", () => {
  test("zooming keeps what is under the pointer", () => {
    for (const view of views) {
      const at = { x: 123, y: 321 };
      const before = apply(canvasToImage(size, canvas, view), at);
      const after = apply(canvasToImage(size, canvas, zoomedAt(view, size, canvas, at, 1.7)), at);
      expect(Math.abs(after.x - before.x)).toBeLessThan(1);
      expect(Math.abs(after.y - before.y)).toBeLessThan(1);
    }
  });

  test("four turns and two mirrors change nothing", () => {
    for (const view of views) {
      const around = turned(turned(turned(turned(view))));
      expect(imageToCanvas(size, canvas, around)).toEqual(imageToCanvas(size, canvas, view));
      expect(mirrored(mirrored(view, "horizontal"), "horizontal")).toEqual({ ...view, pan: { x: view.pan.x, y: view.pan.y } });
    }
  });

  test("a mirror is one of the screen: left becomes right, however the picture is turned", () => {
    for (const view of views) {
      const [map, other] = [imageToCanvas(size, canvas, view), imageToCanvas(size, canvas, mirrored(view, "horizontal"))];
      const [place, there] = [apply(map, { x: 3, y: 5 }), apply(other, { x: 3, y: 5 })];
      expect(there.x).toBeCloseTo(canvas.width - place.x, 0);
      expect(there.y).toBeCloseTo(place.y, 0);
    }
  });
});

describe("letters at the edges", () => {
  const image = (more: JsonDataSet) =>
    framesOf({
      "00280010": { vr: "US", Value: [10] },
      "00280011": { vr: "US", Value: [10] },
      "7FE00010": { vr: "OW", BulkDataURI: "/bulk" },
      ...more,
    })[0] as NonNullable<ReturnType<typeof framesOf>[0]>;
  const oriented = image({
    "00200032": { vr: "DS", Value: [0, 0, 0] },
    "00200037": { vr: "DS", Value: [1, 0, 0, 0, 0.9483237, -0.3173047] },
  });
  const letters = (frame: ReturnType<typeof image>, view: View) => {
    const { left, right, top, bottom } = edgeLetters(frame, view);
    return [left, right, top, bottom].join(" ");
  };

  test("come from the orientation", () => {
    expect(letters(oriented, WHOLE)).toBe("R L AH PF");
  });

  test("are computed anew when the picture is turned and mirrored", () => {
    expect(letters(oriented, { ...WHOLE, rotation: 1 })).toBe("PF AH R L");
    expect(letters(oriented, { ...WHOLE, flipHorizontal: true })).toBe("L R AH PF");
    expect(letters(oriented, { ...WHOLE, rotation: 1, flipHorizontal: true })).toBe("PF AH L R");
  });

  test("come from Patient Orientation where there is no other, and turn with it", () => {
    const projection = image({ "00200020": { vr: "CS", Value: ["L", "F"] } });
    expect(letters(projection, WHOLE)).toBe("R L H F");
    expect(letters(projection, { ...WHOLE, rotation: 1 })).toBe("F H R L");
    expect(letters(projection, { ...WHOLE, flipVertical: true })).toBe("R L F H");
  });

  test("are never guessed", () => {
    expect(letters(image({}), WHOLE)).toBe("   ");
    expect(letters(image({ "00200020": { vr: "CS", Value: ["Q", "F"] } }), WHOLE)).toBe("   ");
  });

  test("a pixel's height comes from spacing, else from the aspect ratio", () => {
    expect(pictureSize(image({ "00280034": { vr: "IS", Value: [4, 3] } })).aspect).toBeCloseTo(4 / 3, 9);
    expect(pictureSize(image({ "00280030": { vr: "DS", Value: [2, 1] } })).aspect).toBe(2);
    expect(pictureSize(image({ "00181164": { vr: "DS", Value: [0.1, 0.2] } })).aspect).toBe(0.5);
    expect(pictureSize(image({ "00280030": { vr: "DS", Value: [0, 0] } })).aspect).toBe(1);
  });

  test("attributes tell nothing that is not there", () => {
    expect(new DicomAttributes([{}]).text("PatientID")).toBe("");
  });
});
