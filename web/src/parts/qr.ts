/**
 * A short text as a QR code (ISO/IEC 18004, model 2), so that a telephone can carry it to the device's console.
 *
 * Comes in: up to 106 bytes of text. Goes out: rows of dark and light modules, without the quiet zone. Byte mode, error correction
 * level M, versions 1 to 6.
 */

/** Of each version at level M: data codewords, error correction codewords a block, blocks (table 9). */
const VERSIONS = [
  [16, 10, 1],
  [28, 16, 1],
  [44, 26, 1],
  [64, 18, 2],
  [86, 24, 2],
  [108, 16, 4],
] as const;

/** Where each mask turns a module over, by row and column (table 10). */
const MASKS: readonly ((row: number, column: number) => boolean)[] = [
  (row, column) => (row + column) % 2 === 0,
  (row) => row % 2 === 0,
  (_, column) => column % 3 === 0,
  (row, column) => (row + column) % 3 === 0,
  (row, column) => (Math.floor(row / 2) + Math.floor(column / 3)) % 2 === 0,
  (row, column) => ((row * column) % 2) + ((row * column) % 3) === 0,
  (row, column) => (((row * column) % 2) + ((row * column) % 3)) % 2 === 0,
  (row, column) => (((row + column) % 2) + ((row * column) % 3)) % 2 === 0,
];

export type Modules = readonly (readonly boolean[])[];

/** The code, or undefined where the text is too long. */
export function qrCode(text: string): Modules | undefined {
  const bytes = new TextEncoder().encode(text);
  const at = VERSIONS.findIndex(([data]) => bytes.length + 2 <= data);
  const sizes = VERSIONS[at];
  if (!sizes) return undefined;
  const words = interleaved(dataOf(bytes, sizes[0]), sizes[1], sizes[2]);
  const codes = MASKS.map((_, mask) => new Grid(at + 1, mask).filled(words));
  return codes.reduce((calmest, code) => (penalty(code) < penalty(calmest) ? code : calmest));
}

/** How much a pattern troubles a reader: long runs, blocks, what looks like a finder, too much of one kind (7.8.3). */
function penalty(code: Modules): number {
  const lines = [...code, ...code.map((_, column) => code.map((row) => row[column] ?? false))];
  const texts = lines.map((line) => line.map((dark) => (dark ? "1" : "0")).join(""));
  let sum = 0;
  for (const text of texts) {
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) sum += run.length - 2;
    sum += 40 * (text.match(/(?=10111010000|00001011101)/g)?.length ?? 0);
  }
  let dark = 0;
  code.forEach((row, y) => {
    row.forEach((one, x) => {
      dark += Number(one);
      const below = code[y + 1];
      if (below && x + 1 < row.length && row[x + 1] === one && below[x] === one && below[x + 1] === one) sum += 3;
    });
  });
  return sum + 10 * Math.floor(Math.abs((dark * 20) / (code.length * code.length) - 10));
}

/** Mode, length, text, terminator, and the two pad bytes in turn (7.4). */
function dataOf(bytes: Uint8Array, length: number): number[] {
  const bits: number[] = [];
  const put = (value: number, count: number) => {
    for (let bit = count - 1; bit >= 0; bit--) bits.push((value >> bit) & 1);
  };
  put(0b0100, 4);
  put(bytes.length, 8);
  for (const byte of bytes) put(byte, 8);
  put(0, Math.min(4, length * 8 - bits.length));
  while (bits.length % 8) bits.push(0);
  const data: number[] = [];
  for (let place = 0; place < bits.length; place += 8)
    data.push(bits.slice(place, place + 8).reduce((sum, bit) => sum * 2 + bit, 0));
  for (let pad = 0xec; data.length < length; pad ^= 0xec ^ 0x11) data.push(pad);
  return data;
}

/** Blocks of equal length with their error correction, one codeword of each in turn (7.6). */
function interleaved(data: readonly number[], correction: number, count: number): number[] {
  const length = data.length / count;
  const blocks = Array.from({ length: count }, (_, block) => data.slice(block * length, (block + 1) * length));
  const corrections = blocks.map((block) => remainder(block, correction));
  const turns = (lists: readonly (readonly number[])[], size: number) =>
    Array.from({ length: size }, (_, place) => lists.map((list) => list[place] ?? 0)).flat();
  return [...turns(blocks, length), ...turns(corrections, correction)];
}

function times(one: number, other: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    product ^= ((other >> bit) & 1) * one;
  }
  return product;
}

/** Reed-Solomon over GF(256) with the generator of so many roots (7.5). */
function remainder(data: readonly number[], degree: number): number[] {
  let generator = [1];
  let root = 1;
  for (let place = 0; place < degree; place++) {
    const next = [...generator, 0];
    generator.forEach((factor, at) => {
      next[at + 1] = (next[at + 1] ?? 0) ^ times(factor, root);
    });
    generator = next;
    root = times(root, 2);
  }
  const rest = new Array<number>(degree).fill(0);
  for (const byte of data) {
    const factor = byte ^ (rest.shift() ?? 0);
    rest.push(0);
    for (let at = 0; at < degree; at++) rest[at] = (rest[at] ?? 0) ^ times(generator[at + 1] ?? 0, factor);
  }
  return rest;
}

class Grid {
  private readonly size: number;
  private readonly mask: number;
  private readonly cells: (boolean | undefined)[];

  constructor(version: number, mask: number) {
    this.size = 17 + 4 * version;
    this.mask = mask;
    this.cells = new Array(this.size * this.size).fill(undefined);
    for (let place = 8; place < this.size - 8; place++) {
      this.set(6, place, place % 2 === 0);
      this.set(place, 6, place % 2 === 0);
    }
    for (const [row, column] of [
      [3, 3],
      [3, this.size - 4],
      [this.size - 4, 3],
    ] as const) {
      this.rings(row, column, 4, (ring) => ring !== 2 && ring !== 4);
    }
    if (version > 1) this.rings(this.size - 7, this.size - 7, 2, (ring) => ring !== 1);
    this.form();
  }

  /** Codewords in columns of two from the right, up and down, masked (7.7.3, 7.8). */
  filled(words: readonly number[]): Modules {
    const turns = MASKS[this.mask] ?? (() => false);
    let bit = 0;
    let up = true;
    for (let right = this.size - 1; right > 0; right -= 2) {
      if (right === 6) right = 5;
      for (let step = 0; step < this.size; step++) {
        const row = up ? this.size - 1 - step : step;
        for (const column of [right, right - 1]) {
          if (this.cells[row * this.size + column] !== undefined) continue;
          const dark = (((words[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1;
          bit += 1;
          this.set(row, column, dark !== turns(row, column));
        }
      }
      up = !up;
    }
    return Array.from({ length: this.size }, (_, row) =>
      Array.from({ length: this.size }, (_, column) => this.cells[row * this.size + column] ?? false),
    );
  }

  private set(row: number, column: number, dark: boolean): void {
    if (row >= 0 && column >= 0 && row < this.size && column < this.size) this.cells[row * this.size + column] = dark;
  }

  private rings(row: number, column: number, reach: number, isDark: (ring: number) => boolean): void {
    for (let down = -reach; down <= reach; down++)
      for (let over = -reach; over <= reach; over++)
        this.set(row + down, column + over, isDark(Math.max(Math.abs(down), Math.abs(over))));
  }

  /** Level M and the mask, twice, with their own error correction (7.9). */
  private form(): void {
    let rest = this.mask << 10;
    for (let bit = 14; bit >= 10; bit--) if ((rest >> bit) & 1) rest ^= 0x537 << (bit - 10);
    const bits = ((this.mask << 10) | rest) ^ 0x5412;
    for (let place = 0; place < 15; place++) {
      const dark = ((bits >> place) & 1) === 1;
      const near = place < 6 ? place : place < 8 ? place + 1 : this.size - 15 + place;
      const far = place < 8 ? this.size - 1 - place : place === 8 ? 7 : 14 - place;
      this.set(near, 8, dark);
      this.set(8, far, dark);
    }
    this.set(this.size - 8, 8, true);
  }
}
