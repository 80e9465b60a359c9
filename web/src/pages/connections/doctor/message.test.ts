import { expect, test } from "vitest";
import type { CheckupWords, VerdictWords } from "@/api/words";
import { messageOf } from "./message";

const checkup = {
  ae_title: "ORTHANC",
  host: "10.0.0.12",
  port: 4242,
  product: "Orthanc",
  own_ae_title: "ISOCENTER",
  own_address: "10.0.0.5",
  own_port: 11112,
  began: "2026-01-01T12:00:00Z",
  steps: [
    {
      layer: "titles",
      exchanges: [
        { moment: "2026-01-01T12:00:00.118Z", direction: "got", words: "A-ASSOCIATE-RJ", raw: "", byte_count: 10, recording: "" },
      ],
    },
  ],
} as unknown as CheckupWords;
const verdict = {
  layer: "titles",
  headline: "It refuses your title",
  explanation: "It expects ISOCENTRE.",
  there: ["Correct the title."],
  lines: [
    {
      product: "Orthanc",
      where: "orthanc.json",
      text: "new",
      // biome-ignore lint/suspicious/noThenProperty: the word of the API
      then: "Restart Orthanc",
      before: "old",
      mind: "",
      form: "text",
    },
  ],
  undecided: "",
} as unknown as VerdictWords;

test("the message says who, what, when, what to change, and what was seen", () => {
  const text = messageOf(checkup, verdict);
  expect(text).toContain("To whoever looks after ORTHANC at 10.0.0.12:4242 (Orthanc)");
  expect(text).toContain("We are ISOCENTER (10.0.0.5, port 11112).");
  expect(text).toContain("2026-01-01 12:00:00 UTC. It refuses your title. It expects ISOCENTRE.");
  expect(text).toContain("Please:\n- Correct the title.");
  expect(text).toContain("In orthanc.json, in place of\n\n    old\n\n    new\n\nRestart Orthanc.");
  expect(text).toContain("- 2026-01-01 12:00:00 UTC got A-ASSOCIATE-RJ");
  expect(text).not.toMatch(/\n{3}|undefined|cannot tell/);
});

test("without a line it says what we are, and what cannot be told is told", () => {
  const text = messageOf(checkup, { ...verdict, lines: [], there: [], undecided: "Which of the two." });
  expect(text).toContain("AE title ISOCENTER, address 10.0.0.5, port 11112");
  expect(text).toContain("What we cannot tell from here: Which of the two.");
  expect(text).not.toContain("Please");
});

test("a line of several rows stays together", () => {
  const [line] = verdict.lines;
  const text = messageOf(checkup, {
    ...verdict,
    lines: [{ ...line, text: "one\ntwo", before: "" } as (typeof verdict.lines)[number]],
  });
  expect(text).toContain("In orthanc.json:\n\n    one\n    two\n\nRestart Orthanc.");
});
