import { expect, test } from "vitest";
import type { CheckupWords } from "@/api/words";
import { questionOf } from "./consent_question";

const seen = (code: string, attempts: readonly unknown[] = []) =>
  ({
    host: "10.0.0.12",
    attempts,
    verdict: { layer: "titles" },
    steps: [{ layer: "titles", sign: { code, facts: {} } }],
  }) as unknown as CheckupWords;

test("only what could decide is asked for, and only once", () => {
  expect(questionOf(seen("reject-calling"), [])?.name).toBe("titles");
  expect(questionOf(seen("reject-calling"), [])?.ask(seen("reject-calling"))).toContain("10.0.0.12, one a second");
  expect(questionOf(seen("tcp-refused"), [])?.name).toBe("neighbours");
  expect(questionOf(seen("reject-calling", [{}]), [])).toBeUndefined();
  expect(questionOf(seen("tcp-refused"), ["store", "neighbours"])).toBeUndefined();
  expect(questionOf(seen("tcp-absent"), [])).toBeUndefined();
  expect(questionOf({ ...seen("tcp-refused"), verdict: null }, [])).toBeUndefined();
});
