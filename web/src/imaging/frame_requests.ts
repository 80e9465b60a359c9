/**
 * Frames from the server as native little endian pixels (PS3.18 10.4.1.1.6), and values that metadata only point to.
 *
 * An instance and frame numbers come in, one buffer a frame goes out as it arrives. One frame is asked for as one body, several as
 * parts of one answer. Addresses in metadata are reduced to their path: nothing but this page's own server is ever asked.
 */

import { ask } from "../api/http";
import type { ImageFrame } from "../model/images";
import { readParts } from "./parts_reader";
import { isNative, type StoredForm, storedForm } from "./stored_form";

const NATIVE = "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1";
const NATIVE_PARTS = 'multipart/related; type="application/octet-stream"; transfer-syntax=1.2.840.10008.1.2.1';
const STORED_PARTS = 'multipart/related; type="application/octet-stream"; transfer-syntax=*';

type Instance = Pick<ImageFrame, "studyInstanceUid" | "seriesInstanceUid" | "sopInstanceUid">;

export function instancePath({ studyInstanceUid, seriesInstanceUid, sopInstanceUid }: Instance): string {
  const [study, series, instance] = [studyInstanceUid, seriesInstanceUid, sopInstanceUid].map(encodeURIComponent);
  return `/dicom-web/studies/${study}/series/${series}/instances/${instance}`;
}

/** The pixels of frames, from 1, of one instance, in their order. */
export async function requestFrames(
  instance: Instance,
  numbers: readonly number[],
  frameBytes: number,
  signal: AbortSignal,
  onFrame: (number: number, bytes: ArrayBuffer) => void,
): Promise<void> {
  const path = `${instancePath(instance)}/frames/${numbers.join(",")}`;
  const [only] = numbers;
  if (only !== undefined && numbers.length === 1) {
    const answer = await ask(path, { headers: { Accept: NATIVE }, signal });
    onFrame(only, await answer.arrayBuffer());
    return;
  }
  const answer = await ask(path, { headers: { Accept: NATIVE_PARTS }, signal });
  let next = 0;
  await readParts(answer, frameBytes, ({ bytes }) => {
    const number = numbers[next++];
    if (number !== undefined) onFrame(number, bytes);
  });
}

/** Frames of Float or Double Float Pixel Data, which are stretches of one value (PS3.18 10.4.1.1.5; RFC 9110 14.2). */
export async function requestFloatFrames(
  instance: Instance,
  tag: "7FE00008" | "7FE00009",
  numbers: readonly number[],
  frameBytes: number,
  signal: AbortSignal,
  onFrame: (number: number, bytes: ArrayBuffer) => void,
): Promise<void> {
  for (const number of numbers) {
    const range = `bytes=${(number - 1) * frameBytes}-${number * frameBytes - 1}`;
    const headers = { Accept: "application/octet-stream", Range: range };
    const answer = await ask(`${instancePath(instance)}/bulkdata/${tag}`, { headers, signal });
    onFrame(number, await answer.arrayBuffer());
  }
}

/** What the native samples of a colour instance are; and its frame, where it is stored natively anyway. */
export async function requestStoredForm(
  instance: Instance,
  number: number,
  signal: AbortSignal,
): Promise<{ form: StoredForm; bytes: ArrayBuffer | undefined }> {
  const answer = await ask(`${instancePath(instance)}/frames/${number}`, { headers: { Accept: STORED_PARTS }, signal });
  let found: { form: StoredForm; bytes: ArrayBuffer | undefined } = { form: {}, bytes: undefined };
  await readParts(answer, 0, ({ contentType, bytes }) => {
    const syntax = /transfer-syntax="?([0-9.]+)/i.exec(contentType)?.[1] ?? "1.2.840.10008.1.2.1";
    found = { form: storedForm(syntax, new Uint8Array(bytes)), bytes: isNative(syntax) ? bytes : undefined };
  });
  return found;
}

/** A value by its BulkDataURI. */
export async function requestBulk(uri: string, signal?: AbortSignal): Promise<ArrayBuffer> {
  const { pathname } = new URL(uri, globalThis.location?.href ?? "http://localhost/");
  const init: RequestInit = { headers: { Accept: "application/octet-stream" } };
  if (signal) init.signal = signal;
  return (await ask(pathname, init)).arrayBuffer();
}
