import { expect, test } from "vitest";
import type { HalfWords } from "@/api/words";
import { essentials, type Pair, questionOf, textOf } from "./pair";

const pair: Pair = { node: "Teaching archive", product: "orthanc", other: "", other_product: "", seen: "10.0.0.5" };

function half(name: string, title: string, text: string, test = ""): HalfWords {
  // biome-ignore lint/suspicious/noThenProperty: it is the word of the API, and nobody waits for a line
  const line = { product: "Orthanc", where: "orthanc.json", text, then: "Restart Orthanc", before: "", mind: "", form: "text" };
  return {
    at: { name, ae_title: title, host: "10.0.0.5", port: 104, product: "orthanc", opens_port: "", notes: "" },
    product: "Orthanc",
    lines: [line],
    own: null,
    restart: "",
    test,
    test_says: "",
    checks: "",
    traps: [],
  };
}

test("the house is asked for this device and a node, at an address", () => {
  expect(questionOf(pair)).toEqual({ node: "Teaching archive", product: "orthanc", address: "10.0.0.5" });
});

test("two other devices have no address of ours", () => {
  expect(questionOf({ ...pair, other: "CT", other_product: "modality" })).toEqual({
    node: "Teaching archive",
    product: "orthanc",
    other: "CT",
    other_product: "modality",
  });
});

test("a device is no pair with itself", () => {
  expect(questionOf({ ...pair, other: pair.node })).toEqual(questionOf(pair));
});

test("a telephone carries title, address and port", () => {
  expect(essentials(half("CT", "CT_1", ""))).toBe("AE title CT_1\nAddress 10.0.0.5\nPort 104");
});

test("a sheet as text has both sides, each with its line as it stands", () => {
  const text = textOf({ here: half("A", "A1", "x\n  y", "echo it"), there: half("B", "B1", "z"), known_product: "" });
  expect(text).toBe(
    [
      "On A (Orthanc), A1 at 10.0.0.5 port 104, enter B:\nIn orthanc.json:\n    x\n      y\nRestart Orthanc.",
      "Then call it from there: echo it",
      "",
      "On B (Orthanc), B1 at 10.0.0.5 port 104, enter A:\nIn orthanc.json:\n    z\nRestart Orthanc.",
      "Then call it from there by C-ECHO.",
    ].join("\n"),
  );
});
