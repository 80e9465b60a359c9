/** The tabs of the page: the nodes, who knows whom, how they answered over days. */
import { Tabs } from "@/parts/tabs";

const TABS = [
  { view: "", words: "Nodes" },
  { view: "company", words: "Who knows whom" },
  { view: "heartbeat", words: "Heartbeat" },
] as const;

export function NetworkTabs() {
  return <Tabs tabs={TABS} label="Network" />;
}
