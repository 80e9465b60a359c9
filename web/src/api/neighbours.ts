/** How the nodes stand, as the live event `network` tells it whenever something around us changed. */
import { useLive } from "./live";

export interface Neighbours {
  readonly version: number;
  readonly answering: number;
  readonly silent: number;
  /** Nobody asked them: they only call, or were not asked yet. */
  readonly unasked: number;
}

export const useNeighbours = (): Neighbours | undefined => useLive<Neighbours>("network");
