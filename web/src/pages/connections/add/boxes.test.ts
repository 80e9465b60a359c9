import { expect, test } from "vitest";
import { boxes } from "./boxes";

test("each line is a box, and only its first colon ends its name", () => {
  expect(boxes("AE title: ISOCENTER\nURL: http://localhost:8114\n\n  plain\n")).toEqual([
    { name: "AE title", value: "ISOCENTER" },
    { name: "URL", value: "http://localhost:8114" },
    { name: "", value: "plain" },
  ]);
  expect(boxes("")).toEqual([]);
});
