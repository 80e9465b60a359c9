/**
 * The archive before its first image: three ways to fill it, each one gesture (mock/first-run.png).
 *
 * Nothing comes in but how the house stands; a drop, a choice, the samples or a caller end it: with the first image the list of studies
 * takes this place.
 */
import { Upload } from "lucide-react";
import { useStatus } from "@/api/status";
import { Button } from "@/parts/button";
import { openImport } from "@/parts/import_run";
import { PageBar } from "@/parts/page_bar";
import { DeviceCard } from "./device_card";
import { DropCard } from "./drop_card";
import styles from "./page.module.css";
import { SamplesCard } from "./samples_card";

export default function Page() {
  const status = useStatus();
  return (
    <>
      <PageBar
        title="Studies"
        count="none yet"
        actions={
          <Button icon={<Upload />} onClick={openImport}>
            Import
          </Button>
        }
      />
      <div className={styles.page}>
        <div className={styles.column}>
          <h2 className={styles.headline}>The archive is empty. Three ways to fill it.</h2>
          <p className={styles.sub}>Everything stays on this computer. Whatever arrives appears here by itself.</p>
          <div className={styles.cards}>
            <DropCard />
            <SamplesCard />
            <DeviceCard status={status} />
          </div>
          <p className={styles.hints}>
            <span>
              <kbd>Ctrl K</kbd> goes anywhere
            </span>
            <span>
              From a terminal:{" "}
              <code>
                storescu -aec {status?.aet ?? "ISOCENTER"} localhost {status?.port ?? 11112} *.dcm
              </code>
            </span>
          </p>
        </div>
      </div>
    </>
  );
}
