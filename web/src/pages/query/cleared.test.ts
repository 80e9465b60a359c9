import { expect, test } from "vitest";
import { readCleared } from "./cleared";

test("what was cleared is read, and nonsense is nothing", () => {
  expect(readCleared('{"upTo":5,"dismissed":{"7":9,"8":"x"}}')).toEqual({ upTo: 5, dismissed: { 7: 9 } });
  for (const text of [null, "", "12", "{", '{"upTo":"5","dismissed":{}}', '{"upTo":5,"dismissed":null}']) {
    expect(readCleared(text)).toEqual({ upTo: 0, dismissed: {} });
  }
});
