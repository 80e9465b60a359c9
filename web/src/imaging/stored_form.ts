/**
 * What the samples of a colour picture are, once the server made them native (PS3.5 8.2.4; PS3.3 C.7.6.3.1.2).
 *
 * The transfer syntax of the stored frame and its first bytes come in; the Photometric Interpretation and the Planar Configuration
 * of the native frame go out, where they differ from the attributes: a codestream is pixel by pixel whatever they say, and a lossy
 * JPEG tells by its own markers whether it is RGB.
 */

export interface StoredForm {
  readonly photometric?: string;
  readonly planar?: boolean;
}

/** Those that code bytes whatever they mean: the attributes hold for what comes out of them. */
const AS_THE_ATTRIBUTES_SAY = new Set(["1.2.840.10008.1.2.5", "1.2.840.10008.1.2.1.98", "1.2.840.10008.1.2.8.1"]);
const JPEG_LOSSY = new Set(["50", "51", "53", "55"].map((number) => `1.2.840.10008.1.2.4.${number}`));
const JPEG_XL_IN_RGB = new Set(["1.2.840.10008.1.2.4.111", "1.2.840.10008.1.2.4.112"]);

export const isNative = (transferSyntax: string): boolean => /^1\.2\.840\.10008\.1\.2(\.1|\.2|\.1\.99)?$/.test(transferSyntax);

export function storedForm(transferSyntax: string, codestream: Uint8Array): StoredForm {
  if (isNative(transferSyntax) || AS_THE_ATTRIBUTES_SAY.has(transferSyntax)) return {};
  if (JPEG_XL_IN_RGB.has(transferSyntax)) return { planar: false, photometric: "RGB" };
  const photometric = JPEG_LOSSY.has(transferSyntax) ? jpegColour(codestream) : "";
  return photometric ? { planar: false, photometric } : { planar: false };
}

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP0 = 0xe0;
const APP14 = 0xee;
const isFrameMarker = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
const standsAlone = (marker: number): boolean => marker === SOI || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);

/**
 * "RGB", "YBR_FULL", or "" where the markers say nothing: an Adobe segment decides (transform 0 is RGB), then a JFIF one (always
 * YBR), then components that are called R, G and B.
 */
export function jpegColour(bytes: Uint8Array): "RGB" | "YBR_FULL" | "" {
  const at = (position: number): number => bytes[position] ?? 0;
  const text = (from: number, count: number): string => String.fromCharCode(...bytes.subarray(from, from + count));
  let jfif = false;
  let position = 0;
  while (position + 4 <= bytes.length && at(position) === 0xff) {
    const marker = at(position + 1);
    if (marker === EOI || marker === SOS) break;
    if (marker === 0xff || standsAlone(marker)) {
      position += marker === 0xff ? 1 : 2;
      continue;
    }
    const length = Math.max(2, at(position + 2) * 256 + at(position + 3));
    const start = position + 4;
    if (marker === APP14 && length >= 14 && text(start, 5) === "Adobe") return at(start + 11) === 0 ? "RGB" : "YBR_FULL";
    jfif = jfif || (marker === APP0 && text(start, 4) === "JFIF");
    if (isFrameMarker(marker)) {
      const names = text(start + 6, 1) + text(start + 9, 1) + text(start + 12, 1);
      return jfif ? "YBR_FULL" : names === "RGB" ? "RGB" : "";
    }
    position += 2 + length;
  }
  return jfif ? "YBR_FULL" : "";
}
