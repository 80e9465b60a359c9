/** Where two lines differ: word by word, and letter by letter in each word that is another one. */

export interface Piece {
  readonly text: string;
  readonly differs: boolean;
}

/** Words as titles are, blanks, and every mark of a file's syntax by itself. */
const WORD = /[^\s"'()[\]{},;:=<>]+|\s+|./gu;

/** From so many pairs of words on, two texts are compared from both ends only. */
const PAIRS_MAX = 250_000;

/** The first line in pieces, those marked that differ from the other one; together they are the line. */
export function differences(line: string, other: string): readonly Piece[] {
  const words = line.match(WORD) ?? [];
  const others = other.match(WORD) ?? [];
  if (words.length * others.length > PAIRS_MAX) return joined(cut([...line], [...other]));
  const pieces: Piece[] = [];
  let at = 0;
  let from = 0;
  for (const [place, same] of [...shared(words, others), [words.length, others.length] as const]) {
    pieces.push(...letters(words.slice(at, place).join(""), others.slice(from, same).join("")));
    const word = words[place];
    if (word !== undefined) pieces.push({ text: word, differs: false });
    at = place + 1;
    from = same + 1;
  }
  return joined(pieces);
}

/** The places of the words that both have, as many of them as there are in one order. */
function shared(words: readonly string[], others: readonly string[]): (readonly [number, number])[] {
  const width = others.length + 1;
  const most = new Uint32Array((words.length + 1) * width);
  const common = (at: number, from: number) => most[at * width + from] ?? 0;
  for (let at = words.length - 1; at >= 0; at -= 1)
    for (let from = others.length - 1; from >= 0; from -= 1)
      most[at * width + from] =
        words[at] === others[from] ? common(at + 1, from + 1) + 1 : Math.max(common(at + 1, from), common(at, from + 1));
  const places: (readonly [number, number])[] = [];
  let at = 0;
  let from = 0;
  while (at < words.length && from < others.length) {
    if (words[at] === others[from]) places.push([at++, from++]);
    else if (common(at + 1, from) >= common(at, from + 1)) at += 1;
    else from += 1;
  }
  return places;
}

/** Two words: letter for letter where they are as long and alike, which is how a title is mistyped; else from both ends. */
function letters(word: string, other: string): Piece[] {
  const [mine, theirs] = [[...word], [...other]];
  const differing = mine.filter((letter, place) => letter !== theirs[place]).length;
  if (mine.length === theirs.length && differing * 2 <= mine.length)
    return mine.map((letter, place) => ({ text: letter, differs: letter !== theirs[place] }));
  return cut(mine, theirs);
}

/** Cut in three, as far as the other one is the same from both ends. */
function cut(mine: readonly string[], theirs: readonly string[]): Piece[] {
  const most = Math.min(mine.length, theirs.length);
  let start = 0;
  while (start < most && mine[start] === theirs[start]) start += 1;
  let end = 0;
  while (end < most - start && mine[mine.length - 1 - end] === theirs[theirs.length - 1 - end]) end += 1;
  const [before, between, after] = [mine.slice(0, start), mine.slice(start, mine.length - end), mine.slice(mine.length - end)];
  return [
    { text: before.join(""), differs: false },
    { text: between.join(""), differs: true },
    { text: after.join(""), differs: false },
  ];
}

/** Neighbours of one kind as one piece, without empty ones. */
function joined(pieces: readonly Piece[]): readonly Piece[] {
  const whole: Piece[] = [];
  for (const piece of pieces) {
    const last = whole.at(-1);
    if (piece.text === "") continue;
    if (last?.differs === piece.differs) whole[whole.length - 1] = { text: last.text + piece.text, differs: piece.differs };
    else whole.push(piece);
  }
  return whole;
}
