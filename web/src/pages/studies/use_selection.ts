/**
 * The selection of the list: the study of the address is selected once its row is known, counts follow what arrives, Back and Forward
 * lead to another study.
 */
import { useCallback, useEffect, useState } from "react";
import type { Rows } from "./rows";
import { NONE, only, refreshed, type Selection } from "./selection";

/** `study` is that of the address; `onStudy` puts another one there. */
export function useSelection(
  rows: Rows,
  study: string,
  onStudy: (uid: string) => void,
): readonly [Selection, (next: Selection) => void] {
  const [selection, setSelection] = useState<Selection>(() => ({ ...NONE, current: study }));
  useEffect(() => {
    let next = refreshed(selection, rows.loaded.values());
    if (study && study === next.current && next.studies.size === 0) {
      const place = rows.placeOf(study);
      const row = place === undefined ? undefined : rows.at(place);
      if (row && place !== undefined) next = only(row, place);
    }
    if (next !== selection) setSelection(next);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the address leads, the selection follows
  useEffect(() => {
    if (study !== selection.current) setSelection({ ...NONE, current: study });
  }, [study]);
  const select = useCallback(
    (next: Selection) => {
      setSelection(next);
      if (next.current !== selection.current) onStudy(next.current);
    },
    [selection.current, onStudy],
  );
  return [selection, select];
}
