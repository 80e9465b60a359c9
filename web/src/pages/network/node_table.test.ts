import { expect, test } from "vitest";
import type { NodeWords } from "@/api/words";
import { place } from "./node_table";

const node = (more: Partial<NodeWords>): NodeWords => ({ name: "n", ae_title: "A", host: "10.0.0.1", port: 104, ...more });

test("a node is where it listens", () => {
  expect(place(node({}))).toBe("10.0.0.1:104");
  expect(place(node({ host: "fd00::1" }))).toBe("[fd00::1]:104");
  expect(place(node({ host: "10.0.0.0/8" }))).toBe("10.0.0.0/8");
  expect(place(node({ dicomweb_url: "http://127.0.0.1:8042/dicom-web" }))).toBe("127.0.0.1:8042");
  expect(place(node({ dicomweb_url: "nonsense" }))).toBe("10.0.0.1:104");
});
