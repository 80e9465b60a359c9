/** Up and down walk the rows of a list or a table. */
import type { KeyboardEvent } from "react";

/** The button that has the focus now; undefined where the key is another or there is no row that way. */
export function walkRows(event: KeyboardEvent<HTMLElement>): HTMLButtonElement | undefined {
  const way = event.key === "ArrowDown" ? "nextElementSibling" : event.key === "ArrowUp" ? "previousElementSibling" : undefined;
  const button = way && (event.target as HTMLElement).closest("li, tr")?.[way]?.querySelector("button");
  if (!button) return undefined;
  event.preventDefault();
  button.focus();
  return button;
}
