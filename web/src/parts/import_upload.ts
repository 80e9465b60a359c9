/**
 * One file on its way in: `POST /api/import` with the file as it is, the lines of the answer as they come.
 *
 * XMLHttpRequest, because fetch does not say how much of a body has gone. Raises `Refusal` where the archive refuses or is silent.
 */
import { Refusal, withParameters } from "@/api/http";
import type { ImportLine } from "./import_tally";

export interface Course {
  /** So many bytes have gone. */
  readonly onSent: (bytes: number) => void;
  readonly onLines: (lines: readonly ImportLine[]) => void;
}

export function send(file: File, path: string, course: Course, signal: AbortSignal): Promise<void> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    let read = 0;
    const readOn = () => {
      const end = request.responseText.lastIndexOf("\n") + 1;
      if (request.status !== 200 || end <= read) return;
      course.onLines(linesOf(request.responseText.slice(read, end)));
      read = end;
    };
    const abort = () => request.abort();
    const over = () => signal.removeEventListener("abort", abort);
    request.upload.onprogress = (event) => course.onSent(event.loaded);
    request.onprogress = readOn;
    request.onload = () => {
      over();
      readOn();
      if (request.status === 200) done();
      else failed(new Refusal(request.status, sentenceOf(request), request.responseText));
    };
    request.onerror = () => {
      over();
      failed(new Refusal(0, "The connection to the archive broke off.", ""));
    };
    request.onabort = () => {
      over();
      failed(new DOMException("Cancelled", "AbortError"));
    };
    if (signal.aborted) {
      failed(new DOMException("Cancelled", "AbortError"));
      return;
    }
    signal.addEventListener("abort", abort);
    request.open("POST", withParameters("/api/import", { name: path }));
    request.setRequestHeader("X-Isocenter", "page");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.send(file);
  });
}

/** Lines of JSON, each an object. */
export function linesOf<Line = ImportLine>(text: string): Line[] {
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
}

function sentenceOf(request: XMLHttpRequest): string {
  try {
    const words: unknown = JSON.parse(request.responseText);
    if (typeof words === "object" && words !== null && "detail" in words) return String(words.detail);
  } catch {
    // no JSON: the status has to do
  }
  return `The archive answered ${request.status} ${request.statusText}.`;
}
