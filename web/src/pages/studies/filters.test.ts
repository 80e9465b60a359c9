import { describe, expect, test } from "vitest";
import {
  CLEARED,
  dateLabel,
  fromAddress,
  isFiltered,
  NOTHING,
  parametersOf,
  rangeOf,
  readDay,
  senderWords,
  someOf,
  toAddress,
  withSeries,
  withStudy,
} from "./filters";

const TODAY = new Date(2026, 10, 22, 14, 32);

describe("the address of the list", () => {
  test("holds every filter and gives it back", () => {
    const filters = {
      ...NOTHING,
      search: "doe ct",
      date: "7" as const,
      patient: "doe",
      accession: "a26",
      description: "chest",
      modalities: ["CT", "MR"],
      senders: ["CT-1", "import"],
      sort: "patient" as const,
      descending: false,
    };
    const address = toAddress(filters, new URLSearchParams("study=1.2.3"));
    expect(fromAddress(address)).toEqual(filters);
    expect(address.get("study")).toBe("1.2.3");
  });

  test("is empty where nothing is asked for", () => {
    expect(toAddress(NOTHING, new URLSearchParams("search=x&date=7&up=1&modality=CT")).toString()).toBe("");
    expect(fromAddress(new URLSearchParams())).toEqual(NOTHING);
  });

  test("names the chosen study, and its series only with it", () => {
    const address = withSeries(withStudy(new URLSearchParams("search=x"), "1.2"), "1.2.1");
    expect(address.toString()).toBe("search=x&study=1.2&series=1.2.1");
    expect(withStudy(address, "1.3").toString()).toBe("search=x&study=1.3");
    expect(withStudy(address, "").toString()).toBe("search=x");
  });

  test("keeps the order when the filters are cleared", () => {
    const sorted = { ...NOTHING, search: "x", sort: "patient" as const };
    expect({ ...sorted, ...CLEARED }).toEqual({ ...NOTHING, sort: "patient" });
  });

  test("may hold nonsense, which is not there", () => {
    expect(fromAddress(new URLSearchParams("date=tomorrow&sort=colour"))).toEqual(NOTHING);
    expect(fromAddress(new URLSearchParams("date=-")).date).toBeUndefined();
    expect(fromAddress(new URLSearchParams("date=20260101-")).date).toEqual({ from: "20260101", to: "" });
  });
});

test("spaces around a filter ask for nothing", () => {
  expect(isFiltered({ ...NOTHING, search: "  " })).toBe(false);
  expect(isFiltered({ ...NOTHING, senders: ["import"] })).toBe(true);
  expect(parametersOf({ ...NOTHING, search: " doe " }, TODAY).search).toBe("doe");
});

test("presets are days of the calendar, today among them", () => {
  expect(rangeOf("today", TODAY)).toBe("20261122-");
  expect(rangeOf("yesterday", TODAY)).toBe("20261121");
  expect(rangeOf("7", TODAY)).toBe("20261116-");
  expect(rangeOf({ from: "", to: "20260101" }, TODAY)).toBe("-20260101");
});

test("labels say what is asked for", () => {
  expect(dateLabel("7")).toBe("Last 7 days");
  expect(dateLabel({ from: "20260101", to: "20260103" })).toBe("2026-01-01 to 2026-01-03");
  expect(dateLabel({ from: "20260101", to: "20260101" })).toBe("2026-01-01");
  expect(dateLabel({ from: "20260101", to: "" })).toBe("Since 2026-01-01");
  expect(someOf(["CT", "MR"])).toBe("CT, MR");
  expect(someOf(["CT", "MR", "US"])).toBe("CT and 2 more");
  expect(senderWords("import")).toBe("dropped here");
  expect(senderWords("CT-1")).toBe("CT-1");
});

test("a typed day counts once it is a day of the calendar", () => {
  expect(readDay("2026-01-31")).toBe("20260131");
  expect(readDay(" 20260131 ")).toBe("20260131");
  expect(readDay("")).toBe("");
  for (const odd of ["2026", "2026-02-30", "2026-13-01", "31.01.2026"]) expect(readDay(odd)).toBeUndefined();
});
