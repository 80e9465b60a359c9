/** Where two lines differ: what they share at both ends, and what stands between. */

export interface Difference {
  readonly before: string;
  readonly differs: string;
  readonly after: string;
}

/** The first line cut in three, as far as the other one is the same from both ends. */
export function difference(line: string, other: string): Difference {
  const most = Math.min(line.length, other.length);
  let start = 0;
  while (start < most && line[start] === other[start]) start += 1;
  let end = 0;
  while (end < most - start && line[line.length - 1 - end] === other[other.length - 1 - end]) end += 1;
  return { before: line.slice(0, start), differs: line.slice(start, line.length - end), after: line.slice(line.length - end) };
}
