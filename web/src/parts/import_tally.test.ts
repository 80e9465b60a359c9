import { describe, expect, it } from "vitest";
import { counted, NOTHING, rate, sampled, total } from "./import_tally";

describe("what became of files", () => {
  it("is counted by outcome, and by reason where there is one", () => {
    const tally = counted(NOTHING, [
      { path: "a", outcome: "stored", why: "" },
      { path: "b", outcome: "refused", why: "no study" },
      { path: "c", outcome: "refused", why: "no study" },
      { path: "d", outcome: "left out", why: "no DICOM" },
      { summary: "import", studies: ["1.2", "1.3"] },
    ]);
    expect(tally.counts).toEqual({ stored: 1, "there already": 0, "set aside": 0, refused: 2, "left out": 1 });
    expect([...tally.reasons.values()].map(({ why, count, paths }) => [why, count, paths])).toEqual([
      ["no study", 2, ["b", "c"]],
      ["no DICOM", 1, ["d"]],
    ]);
    expect(total(tally)).toBe(4);
    expect([...counted(tally, [{ summary: "import", studies: ["1.3", "1.4"] }]).studies]).toEqual(["1.2", "1.3", "1.4"]);
  });

  it("stays small whatever comes, and says how much is not listed", () => {
    const different = Array.from({ length: 1000 }, (_, number) => ({
      path: "x",
      outcome: "refused" as const,
      why: `reason ${number}`,
    }));
    const tally = counted(NOTHING, different);
    expect(tally.reasons.size).toBe(300);
    expect(tally.more).toBe(700);
    const same = Array.from({ length: 1000 }, (_, number) => ({
      path: `${number}`,
      outcome: "left out" as const,
      why: "no DICOM",
    }));
    const [reason] = counted(NOTHING, same).reasons.values();
    expect([reason?.count, reason?.paths.length]).toEqual([1000, 200]);
  });
});

describe("how fast it goes", () => {
  it("is that of the last four seconds", () => {
    let samples = sampled([], [0, 0]);
    for (let second = 1; second <= 10; second += 1) samples = sampled(samples, [second, second < 6 ? 0 : (second - 5) * 100]);
    expect(samples[0]?.[0]).toBe(6);
    expect(rate(samples)).toBe(100);
  });

  it("is not told from a moment alone", () => {
    expect(rate([])).toBeUndefined();
    expect(rate([[0, 0]])).toBeUndefined();
    expect(
      rate([
        [0, 0],
        [0.1, 5],
      ]),
    ).toBeUndefined();
  });
});
