/** The boxes of a dialog, which a line of the form `fields` has one a line: "Port: 11112". */

export interface Box {
  readonly name: string;
  readonly value: string;
}

/** Only the first colon ends the name; a line without one is a value without a name. */
export function boxes(text: string): readonly Box[] {
  return text
    .split("\n")
    .filter((line) => line.trim())
    .map((line) => {
      const colon = line.indexOf(": ");
      return colon < 0
        ? { name: "", value: line.trim() }
        : { name: line.slice(0, colon).trim(), value: line.slice(colon + 2).trim() };
    });
}
