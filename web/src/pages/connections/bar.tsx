/** The bar of this page with its tabs. Each tab draws it, with the actions that are its own. */
import type { ReactNode } from "react";
import { PageBar } from "@/parts/page_bar";
import { Tabs } from "@/parts/tabs";
import { TABS } from "./tabs";

export function ConnectionsBar({ actions }: { readonly actions?: ReactNode }) {
  return <PageBar title="Connections" tabs={<Tabs tabs={TABS} label="Views of connections" />} actions={actions} />;
}
