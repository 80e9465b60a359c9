/** Loads the viewer's script before it is opened: who sees a study chosen calls `loadViewer`; the shell says how. */

let load: () => Promise<unknown> = () => Promise.resolve();

export function offerViewer(how: () => Promise<unknown>): void {
  load = how;
}

/** A study is about to be opened. A script that does not come is asked for again when the viewer is opened. */
export function loadViewer(): void {
  load().catch(() => undefined);
}
