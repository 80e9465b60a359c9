/** Where a line is entered, in so few words that they stand beside the product: the file, the part of it, or the last dialog. */

const FILE = /[\w-]+\.(?:json|map|ini|cfg|js|toml|xml)\b/;
/** What says how or when instead of where. */
const NOT_A_PLACE = /^(?:by|or|with|without|on|in|above|where|one of|started|add|new)\b/i;

/** "AETable of dcmqrscp.cfg" as "AETable", "Configuration, AE list, New AET" as "AE list"; a place in a sentence, as it stands. */
export function shortPlace(where: string): string {
  const part = /^(\w+) of /.exec(where)?.[1] ?? FILE.exec(where)?.[0];
  if (part) return part;
  const last = where
    .split(", ")
    .filter((one) => !NOT_A_PLACE.test(one))
    .at(-1);
  return (last ?? where).replace(/^(?:A|Its|The) /, "");
}
