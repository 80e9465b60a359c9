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
  /** Where an extension begins. */
  readonly anchor: number;
}

export const NONE: Selection = { studies: new Map(), current: "", anchor: 0 };

export function only(study: StudyWords, place: number): Selection {
  return { studies: new Map([[study.study_instance_uid, study]]), current: study.study_instance_uid, anchor: place };
}

/** Add a study, or take it away; the panel shows it, or the one that was chosen before it. */
export function toggled(selection: Selection, study: StudyWords, place: number): Selection {
  const uid = study.study_instance_uid;
  const studies = new Map(selection.studies);
  if (!studies.delete(uid)) return { studies: studies.set(uid, study), current: uid, anchor: place };
  return { studies, current: [...studies.keys()].at(-1) ?? "", anchor: place };
}

/** Everything between the anchor and a place; `at` gives the row of a place where it is loaded. */
export function extended(selection: Selection, place: number, at: (place: number) => StudyWords | undefined): Selection {
  const studies = new Map<string, StudyWords>();
  const [first, last] = [Math.min(selection.anchor, place), Math.max(selection.anchor, place)];
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
