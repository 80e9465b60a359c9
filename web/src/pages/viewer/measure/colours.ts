/** Segments and structures with their colours: as their maker recommends, else one of a row that can be told apart on grey. */

/** A segment or a structure, as it stands in the list. */
export interface Part {
  readonly key: string;
  readonly name: string;
  readonly colour: string;
  readonly words: string;
}

const ROW = ["#f2c14e", "#5ad1a5", "#e0719c", "#7aa7ff", "#e8875a", "#b58ce0", "#9ccc52", "#58c4dd"];

/** As CSS writes it; `index` chooses from the row where no colour is given. */
export function colourOf(rgb: readonly number[], index: number): string {
  const [red, green, blue] = rgb;
  if (red === undefined || green === undefined || blue === undefined || red + green + blue === 0)
    return ROW[index % ROW.length] ?? "#fff";
  return `#${[red, green, blue].map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}
