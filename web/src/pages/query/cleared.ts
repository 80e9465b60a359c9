/** Which finished retrievals were cleared from the queue in this browser; the jobs themselves stay, for Activity. */

const KEY = "isocenter.query.cleared";

/** The id of the last job that was cleared. */
export function cleared(): number {
  return Number(localStorage.getItem(KEY)) || 0;
}

export function clearUpTo(id: number): number {
  localStorage.setItem(KEY, String(id));
  return id;
}
