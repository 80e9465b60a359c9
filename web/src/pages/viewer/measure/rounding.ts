/**
 * How many digits of a measured number are told: as many as it can carry, and no more.
 *
 * A number and its unit come in, words go out. Large areas change to square centimetres.
 */

const SHORT_MILLIMETRES = 10;
const SQUARE_CENTIMETRE = 100;

/** "62.3 mm", "9.45 mm", "173.2 px", "0.96 s". */
export function lengthWords(value: number, unit: string): string {
  const digits = unit === "mm" ? (value < SHORT_MILLIMETRES ? 2 : 1) : unit === "px" ? 1 : 2;
  return `${value.toFixed(digits)} ${unit}`;
}

export const angleWords = (degrees: number): string => `${degrees.toFixed(1)}°`;

/** "82.5 mm²", "1.41 cm²", "361 px²". */
export function areaWords(value: number, unit: string): string {
  if (unit === "mm²") {
    return value < SQUARE_CENTIMETRE ? `${value.toFixed(1)} mm²` : `${(value / SQUARE_CENTIMETRE).toFixed(2)} cm²`;
  }
  return `${value.toFixed(unit === "px²" ? 0 : 2)} ${unit}`;
}

/** How many decimals values with this spread deserve. */
export function decimalsOf(spread: number): number {
  if (!(spread > 0)) return 1;
  return spread >= 20 ? 0 : spread >= 2 ? 1 : spread >= 0.2 ? 2 : 3;
}

/** A whole number without decimals, another with two, one below 1 with three. */
export const valueWords = (value: number): string =>
  Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 1 ? 3 : 2);
