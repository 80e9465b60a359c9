/** The latest of those who called, from associations and from callers that were turned away. Pure. */
import type { AssociationWords, CallerWords } from "@/api/words";

export interface Caller {
  readonly title: string;
  readonly address: string;
  /** The name under which it is known; empty for a stranger. */
  readonly node: string;
  readonly isRejected: boolean;
}

type Seen = Caller & { readonly moment: number };

export function latest(associations: readonly AssociationWords[], rejected: readonly CallerWords[]): Caller | undefined {
  const all: Seen[] = [
    ...associations.map((one) => ({
      title: one.calling_ae_title,
      address: one.address,
      node: one.node,
      isRejected: false,
      moment: Date.parse(one.opened),
    })),
    ...rejected.map((one) => ({
      title: one.calling_ae_title,
      address: one.address,
      node: "",
      isRejected: true,
      moment: Date.parse(one.last),
    })),
  ];
  const [first, ...rest] = all;
  return first && rest.reduce((newest, one) => (one.moment > newest.moment ? one : newest), first);
}
