import { expect, test } from "vitest";
import type { ExplainedGroupWords, LogExplanation } from "@/api/words";
import { foldWords, listed, rowsOf } from "./rows";

function told(lines: number, shown: readonly (readonly [number, number])[], passing: readonly number[] = []): LogExplanation {
  const count = Math.max(0, ...shown.map(([, group]) => group + 1));
  const groups = Array.from({ length: count }, (_, at) => ({ is_fault: !passing.includes(at) }) as ExplainedGroupWords);
  return {
    lines,
    known: shown.length,
    faults: 0,
    products: {},
    groups,
    shown: shown.map(([number, group]) => ({ number, group, text: `line ${number}`, cause: "" })),
  };
}

const brief = (explained: LogExplanation, wanted = {}) =>
  rowsOf(explained, { passing: false, ...wanted }).map((row) =>
    row.kind === "line"
      ? `${row.line.number}${row.isFirst ? "!" : ""}`
      : `${row.from}-${row.to}: ${row.repeats.length}/${row.passing}/${row.unknown}`,
  );

test("each thing is shown where it is said first, and its repeats are folded", () => {
  expect(
    brief(
      told(6, [
        [1, 0],
        [2, 0],
        [3, 0],
        [4, 1],
        [5, 0],
        [6, 1],
      ]),
    ),
  ).toEqual(["1!", "2-3: 2/0/0", "4!", "5-6: 2/0/0"]);
});

test("lines of no known kind are counted where they stand", () => {
  expect(
    brief(
      told(9, [
        [3, 0],
        [5, 1],
      ]),
    ),
  ).toEqual(["1-2: 0/0/2", "3!", "4-4: 0/0/1", "5!", "6-9: 0/0/4"]);
});

test("repeats and unknown lines between two shown ones are one fold", () => {
  expect(
    brief(
      told(5, [
        [1, 0],
        [3, 0],
        [5, 1],
      ]),
    ),
  ).toEqual(["1!", "2-4: 1/0/2", "5!"]);
});

test("lines without a fault are folded until they are asked for", () => {
  const log = told(
    3,
    [
      [1, 0],
      [2, 1],
      [3, 0],
    ],
    [1],
  );
  expect(brief(log)).toEqual(["1!", "2-3: 1/1/0"]);
  expect(brief(log, { passing: true })).toEqual(["1!", "2!", "3-3: 1/0/0"]);
});

test("one group alone is shown with each of its lines", () => {
  expect(
    brief(
      told(4, [
        [1, 0],
        [2, 1],
        [3, 0],
        [4, 0],
      ]),
      { only: 0 },
    ),
  ).toEqual(["1!", "2-2: 0/1/0", "3", "4"]);
});

test("an empty log has no rows, and one that says nothing is one fold", () => {
  expect(brief(told(0, []))).toEqual([]);
  expect(brief(told(7, []))).toEqual(["1-7: 0/0/7"]);
});

test("every line of the log is in exactly one row", () => {
  const log = told(
    50,
    [
      [2, 0],
      [3, 1],
      [9, 0],
      [10, 2],
      [11, 2],
      [40, 1],
    ],
    [2],
  );
  for (const wanted of [{ passing: false }, { passing: true }, { passing: false, only: 1 }]) {
    const numbers = rowsOf(log, wanted).flatMap((row) =>
      row.kind === "line" ? [row.line.number] : Array.from({ length: row.to - row.from + 1 }, (_, at) => row.from + at),
    );
    expect(numbers).toEqual(Array.from({ length: 50 }, (_, at) => at + 1));
    for (const row of rowsOf(log, wanted)) {
      if (row.kind === "fold") expect(row.repeats.length + row.passing + row.unknown).toBe(row.to - row.from + 1);
    }
  }
});

test("a fold says what is in it", () => {
  const fold = { kind: "fold", from: 1, to: 1, repeats: [], passing: 0, unknown: 1 } as const;
  expect(foldWords(fold, false)).toBe("1 line of no known kind");
  expect(foldWords({ ...fold, passing: 1200 }, false)).toBe("1,200 lines without a fault, 1 line of no known kind");
});

test("names are listed as people say them", () => {
  expect(listed([], "and")).toBe("");
  expect(listed(["Orthanc"], "and")).toBe("Orthanc");
  expect(listed(["Orthanc", "DCMTK", "Conquest"], "or")).toBe("Orthanc, DCMTK or Conquest");
});
