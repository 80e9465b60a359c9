/**
 * Attributes of one frame from DICOM JSON (PS3.18 F): its own functional groups, the shared ones, the data set (PS3.3 C.7.6.16).
 *
 * A data set comes in as the server's metadata have it, a reader by keywords goes out. A macro that a frame has of its own is never
 * completed from the shared ones. Values that stand elsewhere (BulkDataURI) are fetched by whoever needs them: `bytesOf`.
 */

import type { Attributes } from "../model/images";
import { tagOf } from "./keywords";

export interface JsonElement {
  readonly vr: string;
  readonly Value?: readonly unknown[];
  readonly InlineBinary?: string;
  readonly BulkDataURI?: string;
}
export type JsonDataSet = Readonly<Record<string, JsonElement>>;
/** Fetches a value by its BulkDataURI. */
export type ReadBulk = (uri: string) => Promise<ArrayBuffer>;

const PER_FRAME = "52009230";
const SHARED = "52009229";

export class DicomAttributes implements Attributes {
  /** `layers`: what holds, the strongest first. */
  constructor(private readonly layers: readonly JsonDataSet[]) {}

  element(keyword: string): JsonElement | undefined {
    return this.elementOfTag(tagOf(keyword));
  }

  /** By tag, as DICOM JSON writes it: for repeating groups and private elements. */
  elementOfTag(tag: string): JsonElement | undefined {
    for (const layer of this.layers) {
      const found = layer[tag];
      if (found !== undefined) return found;
    }
    return undefined;
  }

  values(keyword: string): readonly unknown[] {
    return this.element(keyword)?.Value ?? [];
  }

  text(keyword: string): string {
    const [first] = this.values(keyword);
    return typeof first === "string" ? first : typeof first === "number" ? String(first) : "";
  }

  number(keyword: string): number | undefined {
    const value = numeric(this.values(keyword)[0]);
    return Number.isFinite(value) ? value : undefined;
  }

  numbers(keyword: string): readonly number[] {
    return numbersOf(this.element(keyword));
  }

  items(keyword: string): readonly DicomAttributes[] {
    return this.values(keyword)
      .filter(isDataSet)
      .map((item) => new DicomAttributes([item]));
  }

  has(keyword: string): boolean {
    return this.element(keyword) !== undefined;
  }
}

/** A frame's attributes with their elements; every frame that `framesOf` makes has them. */
export function elementsOf(frame: { readonly attributes: Attributes }): DicomAttributes {
  if (frame.attributes instanceof DicomAttributes) return frame.attributes;
  throw new TypeError("This frame was not made from DICOM JSON.");
}

/** Numbers of an element; none where one of them is no number. */
export function numbersOf(element: JsonElement | undefined): readonly number[] {
  const found = (element?.Value ?? []).map(numeric);
  return found.every(Number.isFinite) ? found : [];
}

function numeric(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "string" && value.trim() ? Number(value) : Number.NaN;
}

function isDataSet(value: unknown): value is JsonDataSet {
  return typeof value === "object" && value !== null;
}

function firstItem(element: JsonElement | undefined, index = 0): JsonDataSet | undefined {
  const item = element?.Value?.[index];
  return isDataSet(item) ? item : undefined;
}

/** What holds for frame `index` (from 0) of a data set. */
export function frameAttributes(dataSet: JsonDataSet, index: number): DicomAttributes {
  const own = firstItem(dataSet[PER_FRAME], index);
  const shared = firstItem(dataSet[SHARED]);
  if (!own && !shared) return new DicomAttributes([dataSet]);
  const layers: JsonDataSet[] = [];
  for (const group of [own, shared]) {
    if (!group) continue;
    for (const [tag, macro] of Object.entries(group)) {
      const item = isPrivate(tag) || (group === shared && own?.[tag]) ? undefined : firstItem(macro);
      if (item) layers.push(item);
    }
    layers.push(group);
  }
  return new DicomAttributes([...layers, dataSet]);
}

const isPrivate = (tag: string): boolean => Number.parseInt(tag.charAt(3), 16) % 2 === 1;

/** The bytes of an element, wherever they stand; numbers as little endian words of 16 bits. */
export async function bytesOf(element: JsonElement | undefined, readBulk: ReadBulk): Promise<Uint8Array> {
  if (!element) return new Uint8Array();
  if (element.BulkDataURI) return new Uint8Array(await readBulk(element.BulkDataURI));
  if (element.InlineBinary !== undefined) return Uint8Array.from(atob(element.InlineBinary), (letter) => letter.charCodeAt(0));
  return new Uint8Array(Uint16Array.from(numbersOf(element)).buffer);
}
