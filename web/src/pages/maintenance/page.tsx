/** Maintenance: what the archive holds and how long its disk lasts, checks and rebuilding, what is set aside, the settings in force. */
import { useSearchParams } from "react-router";
import { useStatus } from "@/api/status";
import { count, counted } from "@/base/text";
import { PageBar } from "@/parts/page_bar";
import { Tabs } from "@/parts/tabs";
import { ArchivePanel } from "./archive_panel";
import styles from "./page.module.css";
import { SetAside } from "./set_aside";
import { SettingsTable } from "./settings_table";
import { UpkeepPanel } from "./upkeep_panel";

export default function Page() {
  const [search] = useSearchParams();
  const status = useStatus();
  const aside = status?.set_aside ?? 0;
  const tabs = [
    { view: "", words: "Disk and index" },
    { view: "set-aside", words: "Set aside", mark: aside > 0 && <span className={styles.mark}>{count(aside)}</span> },
    { view: "settings", words: "Settings" },
  ];
  return (
    <>
      <PageBar
        title="Maintenance"
        count={
          status && (
            <>
              <strong>{count(status.instances)}</strong> {status.instances === 1 ? "image" : "images"} in{" "}
              {counted(status.studies, "study", "studies")}
            </>
          )
        }
        tabs={<Tabs tabs={tabs} label="Views of the upkeep" />}
      />
      <div className={styles.page}>
        <View view={search.get("view") ?? ""} />
      </div>
    </>
  );
}

function View({ view }: { readonly view: string }) {
  if (view === "set-aside") return <SetAside />;
  if (view === "settings") return <SettingsTable />;
  return (
    <>
      <ArchivePanel />
      <UpkeepPanel />
    </>
  );
}
