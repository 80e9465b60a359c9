/**
 * The header of an image as a reader looks for it: patient, series, geometry and pixels first, then the rest, private attributes last.
 *
 * The rows of a header in the order of their tags come in, groups with names go out. Of an image with several frames
 * only the groups of the frame that is shown stay.
 */

import type { HeaderRowWords } from "@/api/words";

export interface HeaderGroup {
  readonly name: string;
  readonly rows: readonly HeaderRowWords[];
}

const PER_FRAME = "52009230";
const STUDY = new Set(["00080020", "00080030", "00080050", "00080090", "00081030", "0020000D", "00200010", "00321060"]);
const SERIES = new Set([
  "00080060",
  "00080070",
  "00081010",
  "00081090",
  "0008103E",
  "0020000E",
  "00200011",
  "00180015",
  "00200060",
]);
const GEOMETRY = new Set([
  "00180050",
  "00180088",
  "00181100",
  "00181110",
  "00181111",
  "00181114",
  "00181120",
  "00181164",
  "00182010",
  "00185100",
  "00200020",
  "00200032",
  "00200037",
  "00200052",
  "00201041",
  "00280030",
  "00280034",
  "00280A02",
  "00280A04",
  "00186011",
  "30020011",
  "30020012",
]);
const NAMES = ["Patient", "Series", "Geometry", "Pixels", "Study", "Instance", "Private"] as const;

function groupOf(tag: string): (typeof NAMES)[number] {
  const group = tag.slice(0, 4);
  if (Number.parseInt(tag[3] ?? "0", 16) % 2 === 1) return "Private";
  if (STUDY.has(tag)) return "Study";
  if (GEOMETRY.has(tag)) return "Geometry";
  if (SERIES.has(tag) || group === "0018") return "Series";
  if (group === "0010" || group === "0012") return "Patient";
  return group === "0028" || group === "7FE0" ? "Pixels" : "Instance";
}

/** The groups that have rows. `frame` counts from 1. */
export function groupsOf(rows: readonly HeaderRowWords[], frame: number): readonly HeaderGroup[] {
  const groups = new Map<string, HeaderRowWords[]>(NAMES.map((name) => [name, []]));
  for (const row of rows) {
    const [tag = "", item] = row.path.split("/");
    if (tag === PER_FRAME && item !== undefined && item !== String(frame)) continue;
    groups.get(groupOf(tag))?.push(row);
  }
  return [...groups].flatMap(([name, found]) => (found.length > 0 ? [{ name, rows: found }] : []));
}
