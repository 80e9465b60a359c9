import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { forget } from "./use_reports";

test("what was read of other reports is asked again once one of them is gone", () => {
  const queries = new QueryClient();
  queries.setQueryData(["reports"], { reports: [{ token: "old" }, { token: "new" }] });
  queries.setQueryData(["report", "new"], { previous: "old" });
  queries.setQueryData(["difference", "new", "old"], { changes: [] });
  forget(queries, "old");
  expect(queries.getQueryData(["reports"])).toEqual({ reports: [{ token: "new" }] });
  expect(queries.getQueryData(["report", "new"])).toBeUndefined();
  expect(queries.getQueryData(["difference", "new", "old"])).toBeUndefined();
});
