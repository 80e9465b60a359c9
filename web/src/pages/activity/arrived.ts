/**
 * Which of the images that arrive are shown: the latest, of every series that is coming in, no faster than an eye and a server follow.
 *
 * What the live event `arrivals` tells comes in, tiles go out, latest first.
 */
import type { ArrivedWords } from "@/api/words";

/** How many tiles change at one event: at forty images a second nobody sees each, and each is a picture that has to be made. */
export const NEW_AT_ONCE = 4;

/** How many tiles are kept. */
export const TILES = 48;

/** The tiles after an event: one image of each series first, the latest ones of the rest after them. */
export function withArrived(tiles: readonly ArrivedWords[], arrived: readonly ArrivedWords[]): readonly ArrivedWords[] {
  const known = new Set(tiles.map((tile) => tile.serial));
  const fresh = arrived.filter((image) => !known.has(image.serial)).sort((one, other) => other.serial - one.serial);
  const firstOfSeries = fresh.filter(
    (image, place) => fresh.findIndex((one) => one.series_instance_uid === image.series_instance_uid) === place,
  );
  const chosen = [...firstOfSeries, ...fresh.filter((image) => !firstOfSeries.includes(image))].slice(0, NEW_AT_ONCE);
  if (chosen.length === 0) return tiles;
  chosen.sort((one, other) => other.serial - one.serial);
  return [...chosen, ...tiles].slice(0, TILES);
}

/** Where its thumbnail is. */
export function thumbnailOf(image: ArrivedWords): string {
  const [study, series, instance] = [image.study_instance_uid, image.series_instance_uid, image.sop_instance_uid].map(
    encodeURIComponent,
  );
  return `/dicom-web/studies/${study}/series/${series}/instances/${instance}/thumbnail`;
}

/** Modalities whose instances are documents about images (PS3.3 C.7.3.1.1.1): no picture of them is asked for. */
const DOCUMENTS = new Set([
  "SR",
  "KO",
  "PR",
  "DOC",
  "PLAN",
  "REG",
  "RTSTRUCT",
  "RTPLAN",
  "RTRECORD",
  "FID",
  "RWV",
  "ASMT",
  "ECG",
  "HD",
]);

export function isDocument(image: ArrivedWords): boolean {
  return DOCUMENTS.has(image.modality);
}

/** Where it is opened. */
export function viewerOf(image: ArrivedWords): string {
  return `/viewer?${new URLSearchParams({ study: image.study_instance_uid, series: image.series_instance_uid })}`;
}

/** Who sent it: the calling AE title, or how else it came. */
export function senderOf(image: ArrivedWords): string {
  if (image.calling_ae_title) return image.calling_ae_title;
  return image.source === "stow" ? "DICOMweb" : "dropped here";
}
