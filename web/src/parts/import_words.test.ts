import { describe, expect, it } from "vitest";
import { counted, NOTHING } from "./import_tally";
import { outcomeWords, paceWords, reasonWords, reportWords } from "./import_words";

const some = counted(NOTHING, [
  ...Array.from({ length: 1200 }, () => ({ path: "a", outcome: "stored" as const, why: "" })),
  { path: "b", outcome: "refused", why: "no study" },
  { summary: "import", studies: ["1.2"] },
]);

describe("an import in words", () => {
  it("names what there is and nothing else", () => {
    expect(outcomeWords(some)).toBe("1,200 stored, 1 refused");
    expect(outcomeWords(NOTHING)).toBe("");
  });

  it("tells the pace, and what is left where the end is known", () => {
    const samples = [
      [0, 0],
      [2, 100_000_000],
    ] as const;
    expect(paceWords(samples, 500_000_000)).toBe("50 MB/s, 10 s left");
    expect(paceWords(samples, undefined)).toBe("50 MB/s");
    expect(paceWords(samples, 1000)).toBe("50 MB/s");
    expect(paceWords([], 1)).toBe("");
  });

  it("ends with what came of it", () => {
    expect(reportWords(some, false)).toBe("1,200 images came in, in 1 study.");
    expect(reportWords(some, true)).toBe("Cancelled. 1,200 images had come in until then, and stayed.");
    expect(reportWords(counted(NOTHING, [{ outcome: "there already" }]), false)).toMatch(/^Everything was there already/);
    expect(reportWords(counted(NOTHING, [{ outcome: "left out", why: "no" }]), false)).toBe("Nothing came in.");
    expect(reportWords(NOTHING, false)).toBe("There was nothing in it.");
  });

  it("gives a reason as a sentence, without values of patients while names are off", () => {
    const why = "PatientID is 'A1' in the archive and 'B2' here";
    expect(reasonWords(why, true)).toBe("PatientID is 'A1' in the archive and 'B2' here.");
    expect(reasonWords(why, false)).toBe("PatientID is '•••' in the archive and '•••' here.");
    const quoted = `PatientName is "O'BRIEN^A" in the archive and 'O\\'BRI"EN^B' here`;
    expect(reasonWords(quoted, false)).toBe("PatientName is '•••' in the archive and '•••' here.");
  });
});
