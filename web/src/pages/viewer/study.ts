/**
 * A study, series by series: what it holds (QIDO-RS), the stacks that its series make, the documents among them.
 *
 * A study UID and an address come in, the viewer's state is filled. What is to be seen first is fetched first; the rest follows behind
 * it, and each series stands in the strip from the first answer on.
 */

import { ask } from "@/api/http";
import { frameAttributes, type JsonDataSet } from "@/imaging/attributes";
import { frameKey, frameStore } from "@/imaging/frame_store";
import { loadStacks } from "@/imaging/series";
import type { DicomStack } from "@/imaging/stacks";
import type { Attributes, View } from "@/model/images";
import { WHOLE } from "@/model/images";
import { type Place, readPlace } from "./address";
import { clamp, freshCell } from "./cells";
import { cellCount, firstHanging, type Hangable, type Hanging } from "./layouts";
import type { ReadableDocument } from "./slots";
import { type Cell, type Change, change, EMPTY_CELL, type SeriesWords, START, useViewer, type Viewer } from "./state";

/** Modalities whose pictures do not decide how a study is hung, and whose metadata are small: everything is read before hanging. */
const VOLUMES = new Set(["CT", "MR", "PT", "NM"]);
/** Clips of these are played as soon as they are seen. */
const CLIPS = new Set(["US", "XA", "RF", "IVUS"]);
const ENCAPSULATED = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.104\./;
const REPORT = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.88\./;
/** Series that speak about pictures and are shown over them or in the panel, not beside them. */
const OVER_PICTURES = new Set(["SEG", "PR", "RTSTRUCT", "RTPLAN", "REG", "KO"]);

async function find(path: string, signal: AbortSignal): Promise<readonly JsonDataSet[]> {
  const answer = await ask(`/dicom-web/${path}`, { signal, headers: { Accept: "application/dicom+json" } });
  return answer.status === 204 ? [] : ((await answer.json()) as JsonDataSet[]);
}

const text = (answer: JsonDataSet, tag: string) => String(answer[tag]?.Value?.[0] ?? "");

/** What is told of a study besides its series. */
const ABOUT = ["PatientName", "StudyDescription", "StudyDate", "StudyTime"].map((keyword) => `includefield=${keyword}`).join("&");

interface Listed {
  readonly series: readonly SeriesWords[];
  readonly about: Attributes | undefined;
}

/** The series of a study in the order of their numbers. */
export async function listSeries(study: string, signal: AbortSignal): Promise<Listed> {
  const answers = await find(`studies/${encodeURIComponent(study)}/series?${ABOUT}`, signal);
  const series = answers.map((answer) => ({
    uid: text(answer, "0020000E"),
    number: text(answer, "00200011"),
    modality: text(answer, "00080060"),
    label: text(answer, "0008103E"),
    count: Number(text(answer, "00201209")) || 0,
  }));
  series.sort((a, b) => Number(a.number || Infinity) - Number(b.number || Infinity) || a.uid.localeCompare(b.uid));
  return { series, about: answers[0] && frameAttributes(answers[0], 0) };
}

async function listDocuments(study: string, series: SeriesWords, signal: AbortSignal): Promise<readonly ReadableDocument[]> {
  const answers = await find(`studies/${encodeURIComponent(study)}/series/${encodeURIComponent(series.uid)}/instances`, signal);
  return answers.flatMap((answer) => {
    const sopClassUid = text(answer, "00080016");
    if (!ENCAPSULATED.test(sopClassUid) && !REPORT.test(sopClassUid)) return [];
    const { uid, modality, label } = series;
    const sopInstanceUid = text(answer, "00080018");
    return [{ studyInstanceUid: study, seriesInstanceUid: uid, sopInstanceUid, sopClassUid, modality, label: label || modality }];
  });
}

/** Series whose images are asked for before it is known what else the study holds. */
type Begun = ReadonlyMap<string, Promise<readonly DicomStack[]>>;

/** What an address names is asked for at once: the first picture does not wait for the list of series. */
function begin(place: Place, signal: AbortSignal): Begun {
  const uids = place.cells.flatMap(({ shows }) => (shows === undefined ? [] : [shows.split("/")[0] ?? ""]));
  const named = uids.length > 0 ? uids : place.series ? [place.series] : [];
  const begun = new Map([...new Set(named)].map((uid) => [uid, loadStacks(place.study, uid, signal)]));
  // who is not in the study fails here unheard; the list of series tells
  for (const stacks of begun.values()) stacks.catch(() => undefined);
  return begun;
}

/** Read one series into the state; what goes wrong stays with the series. */
async function readSeries(study: string, series: SeriesWords, signal: AbortSignal, begun?: Begun): Promise<void> {
  try {
    const asked = begun?.get(series.uid) ?? (OVER_PICTURES.has(series.modality) ? [] : loadStacks(study, series.uid, signal));
    const stacks = await asked;
    const isRead = stacks.length === 0 && !OVER_PICTURES.has(series.modality);
    const documents = isRead ? await listDocuments(study, series, signal) : [];
    if (!signal.aborted) change((now) => withSeries(now, series, stacks, documents));
  } catch (error) {
    if (signal.aborted) return;
    change((now) => ({ faults: new Map(now.faults).set(series.uid, error), read: new Set(now.read).add(series.uid) }));
  }
}

/** The stacks of a series at their place among the others; who looks at one of its images goes on looking at it. */
export function withSeries(
  now: Viewer,
  series: SeriesWords,
  stacks: readonly DicomStack[],
  documents: readonly ReadableDocument[],
): Change {
  const all = [...now.stacks.values()].filter((stack) => stack.seriesInstanceUid !== series.uid).concat(stacks);
  const rank = new Map(now.series.map((each, place) => [each.uid, place]));
  all.sort((a, b) => (rank.get(a.seriesInstanceUid) ?? 0) - (rank.get(b.seriesInstanceUid) ?? 0));
  const moved = new Map(stacks.map((stack) => [stack.id, placesIn(now.stacks.get(stack.id), stack)]));
  return {
    stacks: new Map(all.map((stack) => [stack.id, stack])),
    cells: now.cells.map((cell) => {
      const index = moved.get(cell.shows ?? "")?.[cell.index];
      return index === undefined || index === cell.index ? cell : { ...cell, index };
    }),
    seen: new Map([...now.seen].map(([id, images]) => [id, seenNow(images, moved.get(id))])),
    documents: new Map([...now.documents, ...documents.map((each) => [each.sopInstanceUid, each] as const)]),
    read: new Set(now.read).add(series.uid),
  };
}

/** Where each image of a stack is now that others have come before it or between. */
function placesIn(before: DicomStack | undefined, stack: DicomStack): readonly (number | undefined)[] {
  const places = new Map(stack.frames.map((frame, place) => [frameKey(frame), place]));
  return before?.frames.map((frame) => places.get(frameKey(frame))) ?? [];
}

function seenNow(images: ReadonlySet<number>, places: readonly (number | undefined)[] | undefined): ReadonlySet<number> {
  return places ? new Set([...images].flatMap((image) => places[image] ?? [])) : images;
}

/** Open a study as its address says: fill the state, the series that are seen first before the others. */
export async function openStudy(place: Place, signal: AbortSignal): Promise<void> {
  const keep = useViewer.getState();
  useViewer.setState({ ...START, study: place.study, link: keep.link, texts: keep.texts, lines: keep.lines, panel: keep.panel });
  const begun = begin(place, signal);
  const { series, about } = await listSeries(place.study, signal);
  if (signal.aborted) return;
  // what is asked for goes out before anything is drawn
  const first = firstSeries(place, series).map((each) => readSeries(place.study, each, signal, begun));
  change(() => ({ series, about, listed: true }));
  await Promise.all(first);
  if (signal.aborted) return;
  change((now) => wanting(now, hangFirst(now, place, window.innerWidth)));
  for (const each of series) {
    if (signal.aborted) return;
    if (!useViewer.getState().read.has(each.uid)) await readSeries(place.study, each, signal);
  }
  // a study whose pictures are in none of the likely series, or that has documents alone
  if (!signal.aborted)
    change((now) => (now.cells.every((cell) => cell.shows === undefined) ? hangFirst(now, place, window.innerWidth) : {}));
}

/** The same change, its first pictures asked for already. */
function wanting(now: Viewer, hung: Change): Change {
  for (const { shows, index } of hung.cells ?? []) {
    const stack = shows === undefined ? undefined : now.stacks.get(shows);
    if (stack) frameStore.follow(stack, index);
  }
  return hung;
}

/** Read what has come to the study since it was opened; what is shown stays where it is. */
export async function refreshStudy(study: string, signal: AbortSignal): Promise<void> {
  const before = new Map(useViewer.getState().series.map((each) => [each.uid, each.count]));
  const { series, about } = await listSeries(study, signal);
  const grown = series.filter((each) => before.get(each.uid) !== each.count);
  if (signal.aborted || useViewer.getState().study !== study || grown.length === 0) return;
  change(() => ({ series, about }));
  for (const each of grown) await readSeries(study, each, signal);
  const place = readPlace(new URLSearchParams({ study }));
  if (!signal.aborted)
    change((now) => (now.cells.every((cell) => cell.shows === undefined) ? hangFirst(now, place, window.innerWidth) : {}));
}

/** What has to be read before anything can be shown. */
function firstSeries(place: Place, series: readonly SeriesWords[]): readonly SeriesWords[] {
  const named = place.cells.flatMap((cell) => (cell.shows === undefined ? [] : [cell.shows]));
  if (named.length > 0) return series.filter((each) => named.some((id) => id === each.uid || id.startsWith(`${each.uid}/`)));
  if (place.series) return series.filter((each) => each.uid === place.series);
  const hanging = firstHanging(series.map(asHangable), window.innerWidth);
  const chosen = series.filter((each) => hanging.stackIds.includes(each.uid));
  const isVolume = chosen.length > 0 && chosen.every((each) => VOLUMES.has(each.modality));
  return isVolume ? chosen : series;
}

const asHangable = (series: SeriesWords): Hangable => ({
  id: series.uid,
  modality: series.modality,
  label: series.label,
  frameCount: OVER_PICTURES.has(series.modality) || ["SR", "KO", "DOC"].includes(series.modality) ? 0 : Math.max(series.count, 1),
  say: () => "",
});

const stackAsHangable = (stack: DicomStack): Hangable => ({
  id: stack.id,
  modality: stack.modality,
  label: stack.label,
  frameCount: stack.frames.length,
  say: (keyword) => (stack.frames[0]?.attributes.values(keyword) ?? []).map(String).join(" "),
});

/** The first arrangement: as the address says, else the clicked series, else by modality. `width` is the screen's, in CSS pixels. */
export function hangFirst(now: Viewer, place: Place, width: number): Change {
  if (place.layout && place.cells.some((cell) => cell.shows !== undefined && now.stacks.has(cell.shows)))
    return asAddressed(now, place);
  const stacks = [...now.stacks.values()];
  const clicked = stacks.filter((stack) => stack.seriesInstanceUid === place.series);
  const largest = [...clicked].sort((a, b) => b.frames.length - a.frames.length)[0];
  const hanging: Hanging = largest ? { layout: "1x1", stackIds: [largest.id] } : firstHanging(stacks.map(stackAsHangable), width);
  const ids = hanging.stackIds.length > 0 ? hanging.stackIds : [...now.documents.keys()].slice(0, 1);
  const cells = Array.from({ length: cellCount(hanging.layout) }, (_, at) => (ids[at] ? freshCell(now, ids[at]) : EMPTY_CELL));
  const first = ids[0] === undefined ? undefined : now.stacks.get(ids[0]);
  return { layout: hanging.layout, cells, active: 0, cine: first?.isClip && CLIPS.has(first.modality) ? { factor: 1 } : undefined };
}

/** What an address says, as far as it is there. */
export function asAddressed(now: Viewer, place: Place): Change {
  const layout = place.layout ?? "1x1";
  const cells = place.cells.map((cell): Cell => {
    const stack = cell.shows === undefined ? undefined : now.stacks.get(cell.shows);
    if (!stack) return cell.shows !== undefined && now.documents.has(cell.shows) ? cell : EMPTY_CELL;
    return { ...cell, index: clamp(cell.index, 0, stack.frames.length - 1), view: sameView(cell.view) };
  });
  const cut = cells.find((cell) => cell.cut !== "acquired");
  const stack = cut?.shows === undefined ? undefined : now.stacks.get(cut.shows);
  const base: Change = { layout, cells, active: Math.min(place.active, cells.length - 1), full: place.full, cutting: undefined };
  if (!stack?.mpr.allowed || !place.at) {
    return {
      ...base,
      crosshairOn: false,
      cells: cells.map((cell) => (cell.cut === "acquired" ? cell : { ...cell, cut: "acquired" })),
    };
  }
  const before = { layout: "1x1" as const, cells: [freshCell(now, stack.id)], active: 0 };
  const frameOfReferenceUid = stack.frames[0]?.frameOfReferenceUid ?? "";
  return {
    ...base,
    cutting: { stackId: stack.id, slab: place.slab, before },
    crosshair: { frameOfReferenceUid, at: place.at },
    crosshairOn: true,
  };
}

const sameView = (view: View): View => ({ ...WHOLE, ...view });
