/** The doctor: one connection to one node, climbed layer by layer. Node and role are in the address (`node`, `as`). */
import { useSearchParams } from "react-router";
import { canBeCalled, useNodes } from "@/api/nodes";
import type { NodeWords } from "@/api/words";
import { EmptyState } from "@/parts/empty_state";
import { Fault } from "@/parts/fault";
import { ConnectionsBar } from "../bar";
import { Ladder } from "./ladder";
import { ROLES, type Role } from "./layers";
import { Patient } from "./patient";
import { untried } from "./rungs";
import styles from "./tab.module.css";

const NONE: readonly NodeWords[] = [];

export default function DoctorTab() {
  const nodes = useNodes();
  const { chosen, role, set } = usePlace();
  const list = (nodes.data ?? NONE).filter(canBeCalled);
  const node = list.find((one) => one.name === chosen) ?? list[0];
  return (
    <>
      <ConnectionsBar />
      {nodes.error && <Fault tried="The nodes could not be listed" error={nodes.error} again={() => void nodes.refetch()} />}
      {nodes.data && !node && (
        <EmptyState title="No node that can be called is known yet">
          <p>A node is a device that this archive knows by its title, address and port. Enter one on the page Network.</p>
        </EmptyState>
      )}
      {node && (
        <div className={styles.page}>
          <section className={styles.side} aria-label="The ladder of layers">
            <Patient
              nodes={list}
              node={node}
              role={role}
              product=""
              lamp="unknown"
              onNode={(name) => set({ node: name })}
              onRole={(as) => set({ as })}
            />
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
            <div className={styles.rungs} tabIndex={0}>
              <p className={styles.progress}>Not tested yet.</p>
              <Ladder rungs={untried(role)} />
            </div>
          </section>
        </div>
      )}
    </>
  );
}

function usePlace() {
  const [place, setPlace] = useSearchParams();
  const as = place.get("as");
  return {
    chosen: place.get("node") ?? "",
    role: ROLES.find((one) => one === as) ?? ("archive" satisfies Role),
    set: (parts: Readonly<Record<string, string>>) =>
      setPlace(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(parts)) after.set(name, value);
          return after;
        },
        { replace: true },
      ),
  };
}
