import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { JsonDataSet } from "./attributes";
import { FrameStore, frameKey } from "./frame_store";
import { type DicomStack, stacksOf } from "./stacks";

const SIDE = 8;
const FRAME_BYTES = 2 * SIDE * SIDE;

function stack(count: number, name = "1", frames = 1): DicomStack {
  const dataSets = Array.from(
    { length: count },
    (_, index): JsonDataSet => ({
      "00080018": { vr: "UI", Value: [`${name}.${index}`] },
      "00080060": { vr: "CS", Value: ["MR"] },
      "0020000D": { vr: "UI", Value: ["1"] },
      "0020000E": { vr: "UI", Value: [name] },
      "00200013": { vr: "IS", Value: [index] },
      "00280002": { vr: "US", Value: [1] },
      "00280004": { vr: "CS", Value: ["MONOCHROME2"] },
      "00280008": { vr: "IS", Value: [frames] },
      "00280010": { vr: "US", Value: [SIDE] },
      "00280011": { vr: "US", Value: [SIDE] },
      "00280100": { vr: "US", Value: [16] },
      "00280101": { vr: "US", Value: [16] },
      "00280102": { vr: "US", Value: [15] },
      "00280103": { vr: "US", Value: [0] },
      "7FE00010": { vr: "OW", BulkDataURI: "/bulk" },
    }),
  );
  return stacksOf(dataSets)[0] as DicomStack;
}

/** A server whose answers come when the test lets them. */
const open: { path: string; signal: AbortSignal | undefined; answer: (response: Response) => void }[] = [];

function answered(path: string): Response {
  const numbers = path.split("/").at(-1)?.split(",") ?? [];
  if (numbers.length === 1) return new Response(new ArrayBuffer(FRAME_BYTES));
  const part = `\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\n${"x".repeat(FRAME_BYTES)}`;
  const body = `${part.repeat(numbers.length).slice(2)}\r\n--b--\r\n`;
  return new Response(body, { headers: { "Content-Type": "multipart/related; boundary=b" } });
}

async function letAllCome(): Promise<void> {
  for (let turn = 0; turn < 1000; turn++) {
    const next = open.shift();
    if (!next) {
      await new Promise((resolve) => setTimeout(resolve));
      if (open.length === 0) return;
      continue;
    }
    next.answer(answered(next.path));
    await new Promise((resolve) => setTimeout(resolve));
  }
}

const asked = (): string[] => open.map(({ path }) => path.split("/instances/")[1] ?? path);

beforeEach(() => {
  open.length = 0;
  vi.stubGlobal("fetch", (path: string, init?: RequestInit) => {
    return new Promise<Response>((answer, reject) => {
      open.push({ path, signal: init?.signal ?? undefined, answer });
      init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
    });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("what is fetched, and when", () => {
  test("first what is on screen, then what lies around it, first in the way in which one scrolls", async () => {
    const store = new FrameStore();
    const slices = stack(20);
    store.follow(slices, 10);
    await Promise.resolve();
    expect(asked()).toEqual(["1.10/frames/1", "1.11/frames/1", "1.9/frames/1", "1.12/frames/1"]);
    await letAllCome();
    expect(store.progress(slices)).toEqual({ loaded: 20, failed: 0, total: 20 });
  });

  test("a jump is served at once, although the connections for fetching ahead are busy", async () => {
    const store = new FrameStore();
    const slices = stack(100);
    store.follow(slices, 10);
    store.follow(slices, 90);
    await Promise.resolve();
    expect(asked().at(-1)).toBe("1.90/frames/1");
    expect(asked()).toHaveLength(5);
  });

  test("what somebody waits for comes before what is fetched ahead, and only once", async () => {
    const store = new FrameStore();
    const [slices, other] = [stack(30), stack(3, "2")];
    store.follow(slices, 0);
    const frame = other.frames[1] as DicomStack["frames"][0];
    const both = Promise.all([store.get(frame), store.get(frame)]);
    await Promise.resolve();
    expect(asked().filter((path) => path.startsWith("2."))).toEqual(["2.1/frames/1"]);
    await letAllCome();
    const [one, same] = await both;
    expect(one).toBe(same);
    expect(store.peek(frame)).toBe(one);
  });

  test("frames of one instance come several in one answer", async () => {
    const store = new FrameStore();
    const clip = stack(1, "1", 40);
    store.follow(clip, 0);
    await Promise.resolve();
    expect(asked()[0]).toBe("1.0/frames/1");
    expect(asked()[1]?.split(",").length).toBe(39);
    await letAllCome();
    expect(store.progress(clip).loaded).toBe(40);
  });
});

describe("what is kept", () => {
  test("no more than the bound, and what is nearest to the eye", async () => {
    const store = new FrameStore(10 * FRAME_BYTES);
    const slices = stack(50);
    store.follow(slices, 25);
    await letAllCome();
    const kept = slices.frames.flatMap((frame, index) => (store.has(frame) ? [index] : []));
    expect(kept.length).toBeLessThanOrEqual(10);
    expect(kept).toContain(25);
    expect(Math.max(...kept.map((index) => Math.abs(index - 25)))).toBeLessThanOrEqual(6);
    for (let index = 26; index <= 40; index++) {
      store.follow(slices, index);
      await letAllCome();
    }
    expect(store.has(slices.frames[40] as DicomStack["frames"][0])).toBe(true);
    expect(store.has(slices.frames[25] as DicomStack["frames"][0])).toBe(false);
  });
});

describe("several cells of one stack", () => {
  test("what one of them shows stays while the other one is looked at", async () => {
    const store = new FrameStore(6 * FRAME_BYTES);
    const slices = stack(50);
    store.follow(slices, 5);
    await letAllCome();
    store.follow(slices, 30);
    await letAllCome();
    store.follow(slices, 31);
    await letAllCome();
    const shown = [5, 31].map((index) => store.has(slices.frames[index] as DicomStack["frames"][0]));
    expect(shown).toEqual([true, true]);
  });
});

describe("what goes wrong", () => {
  test("a frame that cannot be had is told with the server's sentence, is not asked for again by itself, and again when wished", async () => {
    const store = new FrameStore();
    const slices = stack(1);
    const frame = slices.frames[0] as DicomStack["frames"][0];
    const told: string[] = [];
    store.subscribe((key) => told.push(key));
    const wanted = store.get(frame);
    await Promise.resolve();
    open.shift()?.answer(new Response('{"detail":"there is no frame 1"}', { status: 404 }));
    await expect(wanted).rejects.toThrow("there is no frame 1");
    expect(store.failure(frame)?.message).toBe("there is no frame 1");
    expect(told).toEqual([frameKey(frame)]);
    store.follow(slices, 0);
    await Promise.resolve();
    expect(asked()).toEqual([]);
    const again = store.get(frame);
    await letAllCome();
    expect((await again).pixels.rows).toBe(SIDE);
  });

  test("an archive that was away for a moment is asked again by itself", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const store = new FrameStore();
    const slices = stack(1);
    const frame = slices.frames[0] as DicomStack["frames"][0];
    const came = new Promise<string>((resolve) => store.subscribe(resolve));
    store.follow(slices, 0);
    await Promise.resolve();
    open.shift()?.answer(new Response("", { status: 503 }));
    await came;
    expect(store.failure(frame)).toBeDefined();
    expect(asked()).toEqual([]);
    vi.advanceTimersByTime(3000);
    vi.useRealTimers();
    await letAllCome();
    expect(store.failure(frame)).toBeUndefined();
    expect(store.has(frame)).toBe(true);
  });

  test("closing a study breaks off what is under way and forgets everything", async () => {
    const store = new FrameStore();
    const slices = stack(30);
    const wanted = store.get(slices.frames[3] as DicomStack["frames"][0]);
    store.follow(slices, 0);
    await Promise.resolve();
    const signals = open.map(({ signal }) => signal);
    store.clear();
    await expect(wanted).rejects.toThrow("closed");
    expect(signals.every((signal) => signal?.aborted)).toBe(true);
    open.length = 0;
    await letAllCome();
    expect(asked()).toEqual([]);
    expect(store.progress(slices).loaded).toBe(0);
    store.follow(slices, 5);
    await letAllCome();
    expect(store.progress(slices).loaded).toBe(30);
  });
});
