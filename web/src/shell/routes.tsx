/** Which address is which page. Each page is loaded when it is first shown. */
import { lazy } from "react";
import { createBrowserRouter, useRouteError } from "react-router";
import { useStatus } from "@/api/status";
import { Fault } from "@/parts/fault";
import { offerViewer } from "@/parts/viewer_ahead";
import { Shell } from "./shell";

const Studies = lazy(() => import("@/pages/studies/page"));
const FirstRun = lazy(() => import("@/pages/first_run/page"));
const viewer = () => import("@/pages/viewer/page");
const Viewer = lazy(viewer);
const Query = lazy(() => import("@/pages/query/page"));
const Network = lazy(() => import("@/pages/network/page"));
const Connections = lazy(() => import("@/pages/connections/page"));
const Activity = lazy(() => import("@/pages/activity/page"));
const Maintenance = lazy(() => import("@/pages/maintenance/page"));

offerViewer(viewer);

/** An archive that holds nothing says how it can be filled; it becomes the list with the first image. */
function Home() {
  const status = useStatus();
  return status?.instances === 0 && status.set_aside === 0 ? <FirstRun /> : <Studies />;
}

function Broken() {
  return <Fault tried="This page could not be shown" error={useRouteError()} again={() => window.location.reload()} />;
}

export const routes = createBrowserRouter([
  {
    element: <Shell />,
    errorElement: <Broken />,
    children: [
      { index: true, element: <Home /> },
      { path: "viewer", element: <Viewer /> },
      { path: "query", element: <Query /> },
      { path: "network", element: <Network /> },
      { path: "connections", element: <Connections /> },
      { path: "activity", element: <Activity /> },
      { path: "maintenance", element: <Maintenance /> },
      { path: "*", element: <Fault tried="There is no such page" error={new Error("The address names nothing here.")} /> },
    ],
  },
]);
