import { expect, test } from "vitest";
import { changed } from "./use_parameters";

test("an empty text takes its name out, and the rest stays", () => {
  const before = new URLSearchParams("view=add&node=CT&step=test");
  expect(changed(before, { node: "MR 2", step: "" }).toString()).toBe("view=add&node=MR+2");
  expect(before.get("node")).toBe("CT");
});
