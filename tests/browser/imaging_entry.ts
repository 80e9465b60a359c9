/**
 * The imaging floor as a test calls it: bundled alone, without pages, and put on `globalThis.imaging` of an empty page.
 *
 * Whole frames are drawn 1:1 on a canvas and read back, so that what is compared is what a person would see.
 */

import { draw } from "../../web/src/imaging/draw";
import { FrameStore } from "../../web/src/imaging/frame_store";
import { imagePlaneOf } from "../../web/src/imaging/geometry";
import { loadStacks } from "../../web/src/imaging/series";
import { pictureSize } from "../../web/src/imaging/view";
import { loadVolume } from "../../web/src/imaging/volume";
import { type ImageFrame, type Stack, type Voi, WHOLE } from "../../web/src/model/images";

const store = new FrameStore();

function read(canvas: OffscreenCanvas): Uint8ClampedArray {
  const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
  return context.getImageData(0, 0, canvas.width, canvas.height).data;
}

/** The bytes in base64: three a pixel, or one where all pixels are grey. */
function packed(rgba: Uint8ClampedArray): { bytes: string; samples: 1 | 3 } {
  const count = rgba.length / 4;
  let isGrey = true;
  for (let at = 0; isGrey && at < rgba.length; at += 4) isGrey = rgba[at] === rgba[at + 1] && rgba[at] === rgba[at + 2];
  const samples = isGrey ? 1 : 3;
  const out = new Uint8Array(count * samples);
  for (let pixel = 0; pixel < count; pixel++) for (let sample = 0; sample < samples; sample++) out[pixel * samples + sample] = rgba[4 * pixel + sample] ?? 0;
  let text = "";
  for (let at = 0; at < out.length; at += 0x8000) text += String.fromCharCode(...out.subarray(at, at + 0x8000));
  return { bytes: btoa(text), samples };
}

async function drawn(frame: ImageFrame, voi?: Voi, inverted = false): Promise<{ canvas: OffscreenCanvas; notes: readonly string[] }> {
  const picture = await store.get(frame);
  const canvas = new OffscreenCanvas(frame.columns, frame.rows);
  const drawing = { pixels: picture.pixels, voi: voi ?? picture.firstWindow, inverted, aspect: 1, smooth: true, shutter: picture.shutter };
  draw(canvas, { ...drawing, view: { ...WHOLE, zoom: 1 } }, { width: frame.columns, height: frame.rows });
  return { canvas, notes: picture.notes };
}

/** The middle frame of each stack of a study, as it is shown first or under a window. */
async function pictures(study: string, series?: string, voi?: Voi, inverted = false) {
  const stacks = await loadStacks(study, series);
  return Promise.all(
    stacks.map(async (stack) => {
      const frame = stack.frames[stack.frames.length >> 1] as ImageFrame;
      const { sopInstanceUid: instance, frame: number, columns, rows } = frame;
      const { label, mpr, warnings, isClip } = stack;
      const about = { instance, number, columns, rows, label, mpr, warnings, isClip, count: stack.frames.length };
      try {
        const { canvas, notes } = await drawn(frame, voi, inverted);
        return { ...about, ...packed(read(canvas)), notes, aspect: pictureSize(frame).aspect };
      } catch (error) {
        return { ...about, fault: String(error) };
      }
    }),
  );
}

/** How far the picture of a stack's middle frame is from the one that the server renders: the largest difference, and how many differ by more than one. */
async function differences(study: string, series: string) {
  const stacks = await loadStacks(study, series);
  const found = [];
  for (const stack of stacks) {
    const frame = stack.frames[stack.frames.length >> 1] as ImageFrame;
    const path = `/dicom-web/studies/${study}/series/${series}/instances/${frame.sopInstanceUid}/frames/${frame.frame}/rendered`;
    const answer = await fetch(path, { headers: { Accept: "image/png" } });
    const name = `${stack.modality} ${stack.label} ${frame.columns}x${frame.rows} ${series}`;
    let ours: OffscreenCanvas;
    try {
      ours = (await drawn(frame)).canvas;
    } catch (error) {
      found.push({ name, fault: String(error), server: answer.status, worst: 0, wrong: 0, size: "" });
      continue;
    }
    if (!answer.ok) {
      found.push({ name, fault: "", server: answer.status, worst: 0, wrong: 0, size: "" });
      continue;
    }
    const bitmap = await createImageBitmap(await answer.blob(), { colorSpaceConversion: "none", premultiplyAlpha: "none" });
    const theirs = new OffscreenCanvas(bitmap.width, bitmap.height);
    theirs.getContext("2d")?.drawImage(bitmap, 0, 0);
    const [a, b] = [read(ours), read(theirs)];
    let [worst, wrong] = [0, 0];
    for (let at = 0; at < a.length; at++) {
      const apart = Math.abs((a[at] ?? 0) - (b[at] ?? 0));
      worst = Math.max(worst, apart);
      if (apart > 1) wrong++;
    }
    found.push({ name, fault: "", server: 200, worst, wrong, size: `${bitmap.width}x${bitmap.height}` });
  }
  return found;
}

/** Milliseconds until every frame of a series is there, from the first request on, and until the first one is drawn. */
async function speeds(study: string, series: string) {
  const begin = performance.now();
  const [stack] = (await loadStacks(study, series)) as [Stack];
  const own = new FrameStore();
  const middle = stack.frames[stack.frames.length >> 1] as ImageFrame;
  const first = await own.get(middle);
  const canvas = new OffscreenCanvas(800, 800);
  const paint = (index: number, width: number) => {
    const picture = own.peek(stack.frames[index] as ImageFrame) ?? first;
    const voi = { ...picture.firstWindow, width };
    draw(canvas, { pixels: picture.pixels, voi, inverted: false, view: WHOLE, aspect: 1, smooth: true }, { width: 800, height: 800 });
  };
  paint(stack.frames.length >> 1, 400);
  const firstMilliseconds = performance.now() - begin;
  await new Promise<void>((done) => {
    own.subscribe(() => own.progress(stack).loaded === stack.frames.length && done());
    own.follow(stack, stack.frames.length >> 1);
  });
  const allMilliseconds = performance.now() - begin;
  const drawing = performance.now();
  for (let index = 0; index < stack.frames.length; index++) paint(index, 400 + index);
  read(canvas);
  const drawMilliseconds = (performance.now() - drawing) / stack.frames.length;
  const loading = performance.now();
  const volume = await loadVolume(stack, undefined, own);
  const volumeMilliseconds = performance.now() - loading;
  const source = imagePlaneOf(middle);
  if (!source) throw new Error("no plane");
  await volume.cut("a", source);
  const cutting = performance.now();
  for (let turn = 0; turn < 10; turn++) await volume.cut("a", source);
  const cutMilliseconds = (performance.now() - cutting) / 10;
  const slab = performance.now();
  await volume.cut("a", source, { millimetres: 10, mode: "max" });
  const slabMilliseconds = performance.now() - slab;
  return { firstMilliseconds, allMilliseconds, drawMilliseconds, volumeMilliseconds, cutMilliseconds, slabMilliseconds };
}

/** The values, in the modality's unit, of a point of the patient in cuts along the three axes. */
async function cuts(study: string, series: string, point: readonly [number, number, number]) {
  const [stack] = (await loadStacks(study, series)) as [Stack];
  const volume = await loadVolume(stack, undefined, store);
  const frameOfReferenceUid = stack.frames[0]?.frameOfReferenceUid ?? "";
  const planes = [
    { across: [1, 0, 0], down: [0, 1, 0], normal: [0, 0, 1] },
    { across: [1, 0, 0], down: [0, 0, -1], normal: [0, 1, 0] },
    { across: [0, 1, 0], down: [0, 0, -1], normal: [-1, 0, 0] },
  ] as const;
  const values = [];
  for (const plane of planes) {
    const cut = await volume.cut("x", { ...plane, position: point, rowSpacing: 1, columnSpacing: 1, rows: 1, columns: 1, frameOfReferenceUid });
    values.push(cut ? (cut.stored[0] ?? 0) * cut.slope + cut.intercept : undefined);
  }
  volume.end();
  return values;
}

Object.assign(globalThis, { imaging: { pictures, differences, speeds, cuts } });
