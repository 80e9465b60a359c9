/**
 * What a hand does in the list, by mouse and by keyboard, as selections: arrows and pages move, space adds, Shift extends, Enter opens.
 *
 * The cursor stays with its study when others arrive above it. A row that is gone to before it is loaded is chosen once it is there.
 */
import { type KeyboardEvent, type MouseEvent, type RefObject, useEffect, useRef, useState } from "react";
import type { StudyWords } from "@/api/words";
import type { Rows } from "./rows";
import { type Anchor, extended, only, placeNow, type Selection, toggled } from "./selection";

interface Given {
  readonly rows: Rows;
  readonly selection: Selection;
  readonly grid: RefObject<HTMLDivElement | null>;
  /** How many rows are in sight. */
  readonly page: () => number;
  readonly scrollTo: (place: number) => void;
  readonly onSelect: (selection: Selection) => void;
  readonly onOpen: (study: StudyWords) => void;
  readonly onDelete: () => void;
}

export interface Hand {
  readonly cursor: number;
  readonly onKey: (event: KeyboardEvent) => void;
  readonly onRow: (event: MouseEvent, study: StudyWords, place: number) => void;
  readonly onBox: (study: StudyWords, place: number) => void;
}

export function useHand({ rows, selection, grid, page, scrollTo, onSelect, onOpen, onDelete }: Given): Hand {
  const [touched, setTouched] = useState<Anchor>(selection.anchor);
  const wanted = useRef<number | undefined>(undefined);
  const cursor = Math.max(0, Math.min(rows.matching - 1, placeNow(touched, rows)));
  const touch = (study: StudyWords | undefined, place: number) => setTouched({ uid: study?.study_instance_uid ?? "", place });
  const go = (place: number, extend: boolean) => {
    const to = Math.max(0, Math.min(rows.matching - 1, place));
    const study = rows.at(to);
    touch(study, to);
    scrollTo(to);
    wanted.current = study ? undefined : to;
    if (study) onSelect(extend ? extended(selection, to, rows) : only(study, to));
  };
  useEffect(() => {
    const study = wanted.current === undefined ? undefined : rows.at(wanted.current);
    if (!study || wanted.current === undefined) return;
    onSelect(only(study, wanted.current));
    wanted.current = undefined;
  });
  const onKey = (event: KeyboardEvent) => {
    // the buttons of the heading have keys of their own
    if (event.target instanceof HTMLButtonElement && (event.key === " " || event.key === "Enter")) return;
    if (event.altKey || event.metaKey || (event.ctrlKey && event.key !== "a")) return;
    const study = rows.at(cursor);
    const to = placeOf(event.key, cursor, page(), rows.matching);
    if (to !== undefined) go(to, event.shiftKey);
    else if (event.key === " " && study) onSelect(toggled(selection, study, cursor));
    else if (event.key === "Enter" && study) onOpen(study);
    else if (event.key === "a" && event.ctrlKey) onSelect(everything(rows, selection));
    else if (event.key === "Escape") onSelect({ ...selection, studies: new Map(), current: "" });
    else if (event.key === "Delete" && selection.studies.size) onDelete();
    else return;
    event.preventDefault();
  };
  return {
    cursor,
    onKey,
    onRow: (event, study, place) => {
      touch(study, place);
      if (event.shiftKey) onSelect(extended(selection, place, rows));
      else onSelect(event.ctrlKey || event.metaKey ? toggled(selection, study, place) : only(study, place));
    },
    onBox: (study, place) => {
      // the row may go out of sight, and the focus must not go with it
      grid.current?.focus();
      touch(study, place);
      onSelect(toggled(selection, study, place));
    },
  };
}

function placeOf(key: string, from: number, page: number, many: number): number | undefined {
  const places: Readonly<Record<string, number>> = {
    ArrowDown: from + 1,
    ArrowUp: from - 1,
    PageDown: from + page,
    PageUp: from - page,
    Home: 0,
    End: many - 1,
  };
  return places[key];
}

/** All rows that are loaded. */
export function everything(rows: Rows, selection: Selection): Selection {
  const studies = new Map([...rows.loaded.values()].map((study) => [study.study_instance_uid, study]));
  return { ...selection, studies, current: selection.current || ([...studies.keys()][0] ?? "") };
}
