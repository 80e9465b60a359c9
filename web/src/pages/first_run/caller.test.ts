import { describe, expect, it } from "vitest";
import type { AssociationWords, CallerWords } from "@/api/words";
import { latest } from "./caller";

const association = (title: string, opened: string, node = "") =>
  ({ calling_ae_title: title, address: "10.0.0.7", node, opened }) as AssociationWords;
const turnedAway = (title: string, last: string) => ({ calling_ae_title: title, address: "10.0.0.8", last }) as CallerWords;

describe("the first caller", () => {
  it("is nobody before anybody called", () => {
    expect(latest([], [])).toBeUndefined();
  });

  it("is the latest, whether it was let in or turned away", () => {
    const in1 = association("CT1", "2026-01-01T10:00:00Z");
    const in2 = association("CT2", "2026-01-01T11:00:00Z", "CT-ROOM-2");
    expect(latest([in1, in2], [turnedAway("US1", "2026-01-01T10:30:00Z")])).toMatchObject({ title: "CT2", node: "CT-ROOM-2" });
    expect(latest([in1], [turnedAway("US1", "2026-01-01T10:30:00Z")])).toMatchObject({ title: "US1", isRejected: true });
  });
});
