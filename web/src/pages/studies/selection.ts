/**
 * Which studies are selected, as lists do it everywhere: a click selects one, Ctrl adds or takes away, Shift extends from the anchor.
 *
 * Pure: the answer is a new selection. `current` is the study that the panel below the list shows; rows are named by their UIDs and
 * places by their index in the whole list.
 */
import type { StudyWords } from "@/api/words";

export interface Selection {
  readonly studies: ReadonlyMap<string, StudyWords>;
  /** The study that was chosen last; it need not be loaded yet when it comes from the address. */
  readonly current: string;
  /** Where an extension begins: the row of that study, wherever it is by now, else the place that it had. */
  readonly anchor: Anchor;
}

export interface Anchor {
  readonly uid: string;
  readonly place: number;
}

/** What an extension has to know of the list. */
export interface Places {
  readonly at: (place: number) => StudyWords | undefined;
  /** Where a study stands; undefined where that is not loaded. */
  readonly placeOf: (uid: string) => number | undefined;
}

export const NONE: Selection = { studies: new Map(), current: "", anchor: { uid: "", place: 0 } };

/** The place of an anchor as the list is now. */
export function placeNow(anchor: Anchor, places: Places): number {
  const isThere = places.at(anchor.place)?.study_instance_uid === anchor.uid;
  return isThere ? anchor.place : (places.placeOf(anchor.uid) ?? anchor.place);
}

export function only(study: StudyWords, place: number): Selection {
  return {
    studies: new Map([[study.study_instance_uid, study]]),
    current: study.study_instance_uid,
    anchor: { uid: study.study_instance_uid, place },
  };
}

/** Add a study, or take it away; the panel shows it, or the one that was chosen before it. */
export function toggled(selection: Selection, study: StudyWords, place: number): Selection {
  const uid = study.study_instance_uid;
  const studies = new Map(selection.studies);
  if (!studies.delete(uid)) return { studies: studies.set(uid, study), current: uid, anchor: { uid, place } };
  return { studies, current: [...studies.keys()].at(-1) ?? "", anchor: { uid, place } };
}

/** Everything that is loaded between the anchor and a place. */
export function extended(selection: Selection, place: number, places: Places): Selection {
  const { at } = places;
  const studies = new Map<string, StudyWords>();
  const from = placeNow(selection.anchor, places);
  const [first, last] = [Math.min(from, place), Math.max(from, place)];
  for (let one = first; one <= last; one += 1) {
    const study = at(one);
    if (study) studies.set(study.study_instance_uid, study);
  }
  return { studies, current: at(place)?.study_instance_uid ?? selection.current, anchor: selection.anchor };
}

/** The same studies as they stand now: counts grow while a study arrives. */
export function refreshed(selection: Selection, rows: Iterable<StudyWords>): Selection {
  let studies: Map<string, StudyWords> | undefined;
  for (const row of rows) {
    const kept = selection.studies.get(row.study_instance_uid);
    if (!kept || (kept.instance_count === row.instance_count && kept.set_aside === row.set_aside)) continue;
    studies ??= new Map(selection.studies);
    studies.set(row.study_instance_uid, row);
  }
  return studies ? { ...selection, studies } : selection;
}

export function without(selection: Selection, uids: readonly string[]): Selection {
  const studies = new Map(selection.studies);
  for (const uid of uids) studies.delete(uid);
  const current = studies.has(selection.current) ? selection.current : ([...studies.keys()].at(-1) ?? "");
  return { ...selection, studies, current };
}
