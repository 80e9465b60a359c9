/** The address names a node that is not there: that is said, and no other one is shown in its place. */
import { Link } from "react-router";
import { EmptyState } from "@/parts/empty_state";

interface Props {
  readonly name: string;
  /** Where another one is chosen. */
  readonly to: string;
}

export function UnknownNode({ name, to }: Props) {
  return (
    <EmptyState title={`No node named ${name} can be called`}>
      <p>
        It may have been renamed or forgotten. <Link to={to}>Choose another</Link>
      </p>
    </EmptyState>
  );
}
