/**
 * Series of a study, loaded: their metadata from the server (PS3.18 10.4.1.1.2), their stacks.
 *
 * UIDs come in, stacks go out.
 */

import { ask } from "../api/http";
import type { JsonDataSet } from "./attributes";
import { type DicomStack, stacksOf } from "./stacks";

/** The stacks of a series, or of all series of a study in the order of their numbers. Raises `Refusal`. */
export async function loadStacks(study: string, series?: string, signal?: AbortSignal): Promise<readonly DicomStack[]> {
  return (await loadSeries(study, series, signal)).flatMap(stacksOf);
}

/** The data sets of a series, or of each series of a study, without their bulk data. */
async function loadSeries(study: string, series?: string, signal?: AbortSignal): Promise<readonly JsonDataSet[][]> {
  const within = series ? `/series/${encodeURIComponent(series)}` : "";
  const path = `/dicom-web/studies/${encodeURIComponent(study)}${within}/metadata`;
  const init: RequestInit = { headers: { Accept: "application/dicom+json" } };
  if (signal) init.signal = signal;
  const dataSets = (await (await ask(path, init)).json()) as JsonDataSet[];
  const bySeries = new Map<string, JsonDataSet[]>();
  for (const dataSet of dataSets) {
    const uid = String(dataSet["0020000E"]?.Value?.[0] ?? "");
    const group = bySeries.get(uid);
    if (group) group.push(dataSet);
    else bySeries.set(uid, [dataSet]);
  }
  const number = ([first]: readonly JsonDataSet[]): number => Number(first?.["00200011"]?.Value?.[0] ?? Number.POSITIVE_INFINITY);
  return [...bySeries.values()].sort((a, b) => number(a) - number(b) || 0);
}
