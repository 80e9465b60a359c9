import { expect, it } from "vitest";
import type { ArrivedWords } from "@/api/words";
import { isDocument, NEW_AT_ONCE, senderOf, TILES, thumbnailOf, viewerOf, withArrived } from "./arrived";

function image(serial: number, series = "1.2.1", more: Partial<ArrivedWords> = {}): ArrivedWords {
  return {
    serial,
    study_instance_uid: "1.2",
    series_instance_uid: series,
    sop_instance_uid: `${series}.${serial}`,
    calling_ae_title: "CT2",
    source: "dimse",
    ...more,
  } as ArrivedWords;
}
const serials = (tiles: readonly ArrivedWords[]) => tiles.map((tile) => tile.serial);

it("shows the latest first, and each once", () => {
  const tiles = withArrived([], [image(2), image(1)]);
  expect(serials(withArrived(tiles, [image(3), image(2)]))).toEqual([3, 2, 1]);
  expect(withArrived(tiles, [image(2)])).toBe(tiles);
});

it("shows no more at once than an eye follows, one of every series before a second of any", () => {
  const flood = [9, 8, 7, 6, 5, 4].map((serial) => image(serial));
  const tiles = withArrived([], [...flood, image(3, "1.2.2"), image(2, "1.2.3")]);
  expect(tiles.length).toBe(NEW_AT_ONCE);
  expect(serials(tiles)).toEqual([9, 8, 3, 2]);
});

it("keeps a screen full", () => {
  let tiles: readonly ArrivedWords[] = [];
  for (let serial = 1; serial <= TILES + 5; serial++) tiles = withArrived(tiles, [image(serial)]);
  expect([tiles.length, tiles[0]?.serial]).toEqual([TILES, TILES + 5]);
});

it("knows where the picture is, where it is opened, and who sent it", () => {
  expect(thumbnailOf(image(7))).toBe("/dicom-web/studies/1.2/series/1.2.1/instances/1.2.1.7/thumbnail");
  expect(viewerOf(image(7))).toBe("/viewer?study=1.2&series=1.2.1");
  expect(senderOf(image(7))).toBe("CT2");
  expect(senderOf(image(7, "1.2.1", { calling_ae_title: "", source: "import" }))).toBe("dropped here");
  expect(senderOf(image(7, "1.2.1", { calling_ae_title: "", source: "stow" }))).toBe("DICOMweb");
});

it("knows what has no picture", () => {
  expect(["CT", "SR", "RTSTRUCT", "SEG", ""].map((modality) => isDocument(image(1, "1.2", { modality })))).toEqual([
    false,
    true,
    true,
    false,
    false,
  ]);
});
