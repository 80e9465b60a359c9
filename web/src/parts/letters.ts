/** Two titles letter by letter, so that an eye finds where they differ. Case counts (PS3.8 9.3.2). */

export interface Letter {
  readonly called: string;
  readonly own: string;
  readonly same: boolean;
}

/** Place by place; where one is shorter, its letter is empty. */
export function letters(called: string, own: string): readonly Letter[] {
  const length = Math.max(called.length, own.length);
  return Array.from({ length }, (_, place) => {
    const one = called[place] ?? "";
    const other = own[place] ?? "";
    return { called: one, own: other, same: one === other };
  });
}

/** Whether two titles are near enough to be the same one, misspelt: as many letters right as wrong, at least. */
export function isNear(called: string, own: string): boolean {
  const compared = letters(called.toLowerCase(), own.toLowerCase());
  return called !== own && compared.filter((letter) => letter.same).length * 2 >= compared.length;
}
