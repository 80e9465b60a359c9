import { expect, test } from "vitest";
import type { DoorCaller, NodeWords } from "@/api/words";
import { copyOf, draftOf, draftOfCaller, EMPTY, entryOf } from "./draft";

const NODE: NodeWords = {
  name: "CT room 2",
  ae_title: "CT2",
  host: "10.0.0.21",
  port: 104,
  operations: ["echo", "store"],
  transfer_syntaxes: ["1.2.840.10008.1.2.4.70"],
  pdu_bytes_max: 16384,
  associations_max: 2,
  character_set: "ISO_IR 100",
  local_ae_title: "OTHER",
  notes: "two\nlines",
  dicomweb_url: "http://127.0.0.1:8042/dicom-web",
  echo_minutes: 0,
};

test("an entry that is opened and kept is the same", () => {
  expect({ name: NODE.name, ...entryOf(draftOf(NODE)) }).toEqual(NODE);
});

test("what is not on the first page is shown when it is other than usual", () => {
  expect(draftOf(NODE).isUnusual).toBe(true);
  const { transfer_syntaxes: _, ...plain } = {
    ...NODE,
    pdu_bytes_max: 0,
    associations_max: 4,
    character_set: "",
    local_ae_title: "",
    notes: "",
    dicomweb_url: "",
    echo_minutes: null,
  };
  expect(draftOf(plain).isUnusual).toBe(false);
});

test("a copy lacks what must differ", () => {
  expect(copyOf(NODE)).toMatchObject({ name: "CT room 2 copy", aeTitle: "", host: "10.0.0.21" });
});

test("a caller becomes an entry with the title and address that it showed", () => {
  const caller = { calling_ae_title: "A@B", address: "10.0.0.9" } as DoorCaller;
  expect(draftOfCaller(caller)).toMatchObject({ name: "A_B", aeTitle: "A@B", host: "10.0.0.9", port: "104" });
});

test("a known title from another address, or another title at a known address, is entered with what is new", () => {
  const caller = { calling_ae_title: "CT_NEW", address: "10.0.0.99", node: "", at: "" } as DoorCaller;
  expect(draftOf(NODE, { ...caller, node: NODE.name })).toMatchObject({ host: "10.0.0.99", aeTitle: "CT2" });
  expect(draftOf(NODE, { ...caller, at: NODE.name })).toMatchObject({ host: "10.0.0.21", aeTitle: "CT_NEW" });
});

test("a caller is no matter of another node, and a title that is known stays at its own", () => {
  const caller = { calling_ae_title: "CT_NEW", address: "10.0.0.99", node: "", at: "" } as DoorCaller;
  expect(draftOf(NODE, { ...caller, node: "MR" })).toEqual(draftOf(NODE));
  expect(draftOf(NODE, { ...caller, at: "MR" })).toEqual(draftOf(NODE));
  expect(draftOf(NODE, { ...caller, node: "MR", at: NODE.name })).toEqual(draftOf(NODE));
});

test("minutes between echoes are empty as all nodes are, and never is 0", () => {
  expect(entryOf(EMPTY).echo_minutes).toBeNull();
  expect(entryOf({ ...EMPTY, echoMinutes: "0" }).echo_minutes).toBe(0);
  expect(entryOf({ ...EMPTY, echoMinutes: "often" }).echo_minutes).toBe(-1);
});

test("a port that is no number is one that the house refuses", () => {
  expect(entryOf({ ...EMPTY, port: "10x" }).port).toBe(0);
  expect(entryOf({ ...EMPTY, port: "" }).port).toBe(0);
  expect(entryOf({ ...EMPTY, pduBytes: "big" }).pdu_bytes_max).toBe(1);
  expect(entryOf({ ...EMPTY, pduBytes: " " }).pdu_bytes_max).toBe(0);
});
