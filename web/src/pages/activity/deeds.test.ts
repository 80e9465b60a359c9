import { describe, expect, it } from "vitest";
import type { AssociationWords } from "@/api/words";
import { amount, deeds, ending, isMeant, lampOf, lasted, objects, who } from "./deeds";

const BASE: AssociationWords = {
  serial: 1,
  token: "a",
  node: "",
  calling_ae_title: "CT2",
  called_ae_title: "ISOCENTER",
  address: "10.0.0.7",
  implementation_class_uid: "",
  implementation_version_name: "MODALITY_1",
  opened: "2026-01-01T12:00:00Z",
  ended: "2026-01-01T12:00:02Z",
  requests: {},
  failures: {},
  stored: [],
  sent: 0,
  bytes_in: 0,
  bytes_out: 0,
  outcome: "released",
  reason: "",
  last_failure: "",
  note: "",
  outgoing: false,
};
const CT = { sop_class_uid: "1.2", name: "CT Image Storage", count: 118 };

describe("what an association did", () => {
  it("is told by images, in the present while it goes on", () => {
    const stored = { ...BASE, stored: [CT], requests: { store: 118 } };
    expect(deeds(stored)).toBe("stored 118 CT images");
    expect(deeds({ ...stored, outcome: "open" })).toBe("storing, 118 CT images");
  });

  it("joins several deeds as people do", () => {
    const report = { sop_class_uid: "1.3", name: "Basic Text SR Storage", count: 2 };
    expect(deeds({ ...BASE, stored: [CT, report], requests: { find: 3, get: 1 }, sent: 1 })).toBe(
      "stored 118 CT images and 2 Basic Text SR, searched 3 times, asked to get and had 1 object sent",
    );
  });

  it("says so where nothing was asked for", () => {
    expect(deeds(BASE)).toBe("came and asked for nothing");
    expect(deeds({ ...BASE, outcome: "open" })).toBe("connected, nothing asked yet");
  });

  it("names one image as one", () => {
    expect(objects("MR Image Storage", 1)).toBe("1 MR image");
    expect(objects("Enhanced CT Image Storage", 2)).toBe("2 Enhanced CT images");
  });
});

describe("what we did on an association of ours", () => {
  const ours = { ...BASE, outgoing: true, node: "Main archive" };

  it("is told as ours", () => {
    expect(deeds({ ...ours, requests: { echo: 1 } })).toBe("we echoed");
    expect(deeds({ ...ours, requests: { store: 41 }, sent: 40 })).toBe("we sent 40 objects");
    expect(deeds({ ...ours, requests: { find: 2, get: 1 }, stored: [CT] })).toBe("we searched 2 times and got 118 CT images");
  });

  it("says who refused us and who was not there", () => {
    expect(deeds({ ...ours, outcome: "rejected" })).toBe("refused us");
    expect(deeds({ ...ours, outcome: "lost" })).toBe("could not be reached");
    expect(deeds({ ...ours, outcome: "open" })).toBe("we are connected");
  });
});

describe("how it ended", () => {
  it("is silent after a release in order", () => {
    expect(ending(BASE)).toBe("");
    expect(lampOf(BASE)).toBe("good");
  });

  it("says what failed and why it broke off", () => {
    const lost = {
      ...BASE,
      outcome: "lost" as const,
      reason: "the peer closed",
      failures: { store: 2 },
      last_failure: "A700 no room",
    };
    expect(ending(lost)).toBe("2 failed: A700 no room; connection lost: the peer closed");
    expect(lampOf(lost)).toBe("partly");
  });

  it("gives the reason of who was turned away", () => {
    const away = { ...BASE, outcome: "rejected" as const, reason: "it is not a known node" };
    expect([deeds(away), ending(away), lampOf(away)]).toEqual(["turned away", "it is not a known node", "bad"]);
  });
});

describe("its measures", () => {
  it("counts bytes only where images moved", () => {
    expect(amount({ ...BASE, bytes_in: 300, bytes_out: 4 })).toBe("");
    expect(amount({ ...BASE, stored: [CT], bytes_in: 63_000_000 })).toBe("63 MB");
    expect(amount({ ...BASE, sent: 3, bytes_in: 900, bytes_out: 2_500_000 })).toBe("2.5 MB");
  });

  it("lasts until its end, or until now", () => {
    expect(lasted(BASE, new Date())).toBe("2.0 s");
    expect(lasted({ ...BASE, ended: null }, new Date("2026-01-01T12:01:00Z"))).toBe("1 min");
    expect(lasted({ ...BASE, ended: "2026-01-01T12:00:00.004Z" }, new Date())).toBe("4 ms");
  });

  it("is named by its node before its title", () => {
    expect([who(BASE), who({ ...BASE, node: "CT room 2" }), who({ ...BASE, calling_ae_title: "" })]).toEqual([
      "CT2",
      "CT room 2",
      "10.0.0.7",
    ]);
  });
});

it("is found by any of its words, in any order and case", () => {
  const one = { ...BASE, stored: [CT] };
  expect(["", "ct2", "10.0.0 ct2", "images MODALITY", "released"].every((search) => isMeant(one, search))).toBe(true);
  expect(isMeant(one, "ct2 mr")).toBe(false);
});
