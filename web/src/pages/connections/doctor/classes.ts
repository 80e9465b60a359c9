/** The class that the device will send, of which the test image is (PS3.4 B.5): the usual ones first. */

export const CT = "1.2.840.10008.5.1.4.1.1.2";

export const CLASSES: readonly (readonly [uid: string, words: string])[] = [
  [CT, "CT image"],
  ["1.2.840.10008.5.1.4.1.1.4", "MR image"],
  ["1.2.840.10008.5.1.4.1.1.1", "CR image"],
  ["1.2.840.10008.5.1.4.1.1.1.1", "DX image"],
  ["1.2.840.10008.5.1.4.1.1.1.2", "Mammogram"],
  ["1.2.840.10008.5.1.4.1.1.6.1", "Ultrasound image"],
  ["1.2.840.10008.5.1.4.1.1.3.1", "Ultrasound loop"],
  ["1.2.840.10008.5.1.4.1.1.12.1", "X-ray angiogram"],
  ["1.2.840.10008.5.1.4.1.1.12.2", "X-ray fluoroscopy"],
  ["1.2.840.10008.5.1.4.1.1.20", "Nuclear medicine image"],
  ["1.2.840.10008.5.1.4.1.1.128", "PET image"],
  ["1.2.840.10008.5.1.4.1.1.7", "Secondary capture"],
  ["1.2.840.10008.5.1.4.1.1.88.11", "Basic text report"],
  ["1.2.840.10008.5.1.4.1.1.104.1", "PDF document"],
];

/** "CT image", or the UID where it is none of those. */
export function classWords(uid: string): string {
  return CLASSES.find(([one]) => one === uid)?.[1] ?? uid;
}
