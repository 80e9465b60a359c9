/**
 * The rows of a header that a person looks for, and what of them stays hidden while names are off.
 *
 * Rows and a search text go in, the rows that hold it in tag, name, keyword or value come out, each with the items that it lies in.
 */
import type { HeaderRowWords } from "@/api/words";

/** 00100010 as "0010,0010". */
export const tagWords = (tag: string): string => `${tag.slice(0, 4)},${tag.slice(4)}`;

/** Every word has to stand somewhere in the row; what is empty finds everything. */
export function matching(rows: readonly HeaderRowWords[], search: string): readonly HeaderRowWords[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return rows;
  const kept = new Set<string>();
  const found = rows.filter((row) => {
    const text = `(${tagWords(row.tag)}) ${row.tag} ${row.vr} ${row.keyword} ${row.name} ${row.value}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  for (const row of found) {
    const steps = row.path.split("/");
    for (let length = 1; length <= steps.length; length += 1) kept.add(steps.slice(0, length).join("/"));
  }
  return rows.filter((row) => kept.has(row.path));
}

const ACCESSION_NUMBER = "00080050";
/** Sex, age, size, weight, species: what a reader needs, and nobody is known by. */
const HARMLESS = new Set(["00100040", "00101010", "00101020", "00101030", "00102201", "00102210"]);

/** Whether a value tells who the patient is: it is masked while names are off. Names of persons always do. */
export function isPersonal({ tag, vr }: HeaderRowWords): boolean {
  if (vr === "PN" || tag === ACCESSION_NUMBER) return true;
  return tag.startsWith("0010") && vr !== "SQ" && !HARMLESS.has(tag);
}

/** A text in parts, every second of which is what was looked for. */
export function marked(text: string, search: string): readonly string[] {
  const words = search.split(/\s+/).filter(Boolean);
  if (!words.length) return [text];
  const pattern = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  return text.split(new RegExp(`(${pattern})`, "gi"));
}
