/**
 * The import that is under way, or was the last: one for the whole page, so that it goes on whatever is shown.
 *
 * Files come in from a drop or a choice, at any time; a few are sent at once. How it stands is in the store `useImport`, told some times a
 * second. `makeSamples` is the same for the sample studies.
 */
import { create } from "zustand";
import { ask, Refusal } from "@/api/http";
import type { Brought, Walk } from "./import_entries";
import { counted, type ImportLine, NOTHING, type Sample, sampled, type Tally } from "./import_tally";
import { linesOf, send } from "./import_upload";

/** A browser has six connections to one house; the page needs some of them. */
const AT_ONCE = 4;
const TOLD_MS = 120;

export type Phase = "idle" | "running" | "over";

interface Import {
  readonly phase: Phase;
  readonly what: "files" | "samples";
  /** The dialog is shown; else a running import shows itself small. */
  readonly isOpen: boolean;
  /** Files that were found so far, those that are over, and whether the folders have been walked to their end. */
  readonly found: number;
  readonly done: number;
  readonly isFound: boolean;
  readonly bytes: number;
  /** Bytes that went, and how far all are: half of a file is sending it, half is filing what it holds. */
  readonly sent: number;
  readonly ready: number;
  readonly tally: Tally;
  readonly samples: readonly Sample[];
  readonly seconds: number;
  readonly isCancelled: boolean;
  /** Why it ended before its end. */
  readonly error: unknown;
}

const AT_REST: Omit<Import, "isOpen"> = {
  phase: "idle",
  what: "files",
  found: 0,
  done: 0,
  isFound: false,
  bytes: 0,
  sent: 0,
  ready: 0,
  tally: NOTHING,
  samples: [],
  seconds: 0,
  isCancelled: false,
  error: undefined,
};

export const useImport = create<Import>(() => ({ ...AT_REST, isOpen: false }));

export function openImport(): void {
  useImport.setState((now) => (now.phase === "over" ? { ...AT_REST, isOpen: true } : { isOpen: true }));
}

/** What runs goes on; what is over is forgotten. */
export function closeImport(): void {
  useImport.setState((now) => (now.phase === "running" ? { isOpen: false } : { ...AT_REST, isOpen: false }));
}

let run: Run | undefined;

export function cancelImport(): void {
  run?.cancel();
}

/** Take these files in, beside those that are on their way. */
export function importFiles(walk: Walk): void {
  if (!run || run.isOver) {
    run = new Run();
    making += 1;
    useImport.setState({ ...AT_REST, phase: "running", isOpen: true });
  } else {
    useImport.setState({ isOpen: true });
  }
  void run.add(walk);
}

/** How far one file is: bytes that went, and how many of the instances in it came to their end. */
interface Progress {
  sent: number;
  expected: number;
  ended: number;
}

function advance(progress: Progress, lines: readonly ImportLine[]): void {
  for (const line of lines) {
    if (line.expected !== undefined) progress.expected = line.expected;
    if (line.outcome) progress.ended = Math.min(progress.ended + 1, progress.expected);
  }
}

/** One import from its first file to its last. */
class Run {
  private readonly abort = new AbortController();
  private readonly began = performance.now();
  private waiting: Brought[] = [];
  private next = 0;
  private readonly underWay = new Map<Brought, Progress>();
  private walks = 0;
  private found = 0;
  private done = 0;
  private bytes = 0;
  private sentBefore = 0;
  private lines: ImportLine[] = [];
  private told = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** What stands still is told too: a pace of some seconds ago is none. */
  private readonly ticking = setInterval(() => this.tell(), 1000);
  private error: unknown;
  isOver = false;

  async add(walk: Walk): Promise<void> {
    this.walks += 1;
    for await (const one of walk) {
      if (this.abort.signal.aborted || this.error !== undefined) break;
      this.found += 1;
      this.bytes += one.file?.size ?? 0;
      this.waiting.push(one);
      this.start();
      this.tell();
    }
    this.walks -= 1;
    this.endPerhaps();
  }

  cancel(): void {
    this.abort.abort();
    this.forget();
    this.endPerhaps();
  }

  private start(): void {
    while (this.underWay.size < AT_ONCE) {
      const one = this.waiting[this.next];
      if (!one) {
        this.forget();
        return;
      }
      this.next += 1;
      this.underWay.set(one, { sent: 0, expected: 1, ended: 0 });
      void this.take(one);
    }
  }

  private async take(one: Brought): Promise<void> {
    try {
      if (one.file) await this.bring(one.file, one);
      else this.lines.push({ path: one.path, outcome: "refused", why: one.why ?? "" });
    } catch (error) {
      this.failed(one, error);
    }
    this.underWay.delete(one);
    this.sentBefore += one.file?.size ?? 0;
    this.done += 1;
    this.start();
    this.tell();
    this.endPerhaps();
  }

  private async bring(file: File, one: Brought): Promise<void> {
    const progress = this.underWay.get(one);
    const onSent = (bytes: number) => {
      if (progress) progress.sent = Math.min(bytes, file.size);
      this.tell();
    };
    const onLines = (lines: readonly ImportLine[]) => {
      if (progress) advance(progress, lines);
      for (const line of lines) this.lines.push(line);
      this.tell();
    };
    await send(file, one.path, { onSent, onLines }, this.abort.signal);
  }

  /** One file that is refused is one file; an archive that does not answer ends the import. */
  private failed(one: Brought, error: unknown): void {
    if (this.abort.signal.aborted) return;
    if (error instanceof Refusal && error.status !== 0) {
      this.lines.push({ path: one.path, outcome: "refused", why: error.sentence });
      return;
    }
    this.error ??= error;
    this.forget();
  }

  private forget(): void {
    this.waiting = [];
    this.next = 0;
  }

  private endPerhaps(): void {
    if (this.isOver || this.walks > 0 || this.underWay.size > 0 || this.next < this.waiting.length) return;
    this.isOver = true;
    clearInterval(this.ticking);
    this.now("over");
  }

  private tell(): void {
    if (this.timer !== undefined || this.isOver) return;
    const after = Math.max(0, TOLD_MS - (performance.now() - this.told));
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (!this.isOver) this.now("running");
    }, after);
  }

  private now(phase: Phase): void {
    this.told = performance.now();
    const lines = this.lines;
    this.lines = [];
    let [sent, ready] = [this.sentBefore, this.sentBefore];
    for (const [one, progress] of this.underWay) {
      sent += progress.sent;
      ready += (progress.sent + ((one.file?.size ?? 0) * progress.ended) / Math.max(1, progress.expected)) / 2;
    }
    const seconds = (this.told - this.began) / 1000;
    useImport.setState((before) => ({
      phase,
      found: this.found,
      done: this.done,
      isFound: this.walks === 0,
      bytes: this.bytes,
      sent,
      ready,
      seconds,
      tally: counted(before.tally, lines),
      samples: sampled(before.samples, [seconds, ready]),
      isCancelled: this.abort.signal.aborted,
      error: this.error,
    }));
  }
}

/** Who may tell how far the samples are: files that are brought meanwhile take the place, and the samples go on unseen. */
let making = 0;

/** Make the four sample studies; what is there already stays as it is. */
export async function makeSamples(): Promise<void> {
  if (useImport.getState().phase === "running") return;
  making += 1;
  const mine = making;
  const set = (now: Partial<Import>) => {
    if (mine === making) useImport.setState(now);
  };
  useImport.setState({ ...AT_REST, phase: "running", what: "samples", isFound: true, isOpen: false });
  const began = performance.now();
  try {
    const answer = await ask("/api/samples", { method: "POST", headers: { "X-Isocenter": "page" } });
    for await (const { done, total } of steps(answer)) {
      set({ done, found: total, seconds: (performance.now() - began) / 1000 });
    }
    const { done, found } = useImport.getState();
    set({ phase: "over", error: done < found ? new Error("The answer broke off.") : undefined });
  } catch (error) {
    set({ phase: "over", error });
  }
}

interface Step {
  readonly done: number;
  readonly total: number;
}

/** The latest step of each piece of the answer. */
async function* steps(answer: Response): AsyncGenerator<Step> {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (reader) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    const end = text.lastIndexOf("\n") + 1;
    const last = linesOf<Step>(text.slice(0, end)).at(-1);
    text = text.slice(end);
    if (last) yield last;
  }
}
