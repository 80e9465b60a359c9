/**
 * Connections: set up and test what lies between this device and others. One tab each (`view` in the address): the doctor, the walk
 * that adds a device, the inspector, setup sheets, reports, and the explanation of logs.
 */
import { Suspense, useEffect } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { canBeCalled, useNodes } from "@/api/nodes";
import { Fault } from "@/parts/fault";
import { offer } from "@/parts/palette";
import { ConnectionsBar } from "./bar";
import { TABS } from "./tabs";

export default function Page() {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const view = search.get("view") ?? "";
  const tab = TABS.find((one) => one.view === view);
  const nodes = useNodes().data;
  useEffect(
    () =>
      offer("connections", [
        ...TABS.filter((one) => one.view).map((one) => ({
          id: one.view,
          words: `Connections: ${one.words}`,
          group: "Page",
          run: () => navigate(`/connections?view=${one.view}`),
        })),
        ...(nodes ?? []).filter(canBeCalled).map((node) => ({
          id: `node ${node.name}`,
          words: `Test the connection to ${node.name} ${node.ae_title}`,
          group: "Node",
          run: () => navigate(`/connections?node=${encodeURIComponent(node.name)}`),
        })),
      ]),
    [navigate, nodes],
  );
  if (!tab) {
    return (
      <>
        <ConnectionsBar />
        <Fault tried="There is no such tab" error={new Error("The address names nothing here.")} />
      </>
    );
  }
  return (
    <Suspense fallback={<ConnectionsBar />}>
      <tab.Room />
    </Suspense>
  );
}
