/** Take what is selected away as files: the house packs them while they are downloaded. */
import { Menu } from "@mantine/core";
import { ChevronDown } from "lucide-react";
import { withParameters } from "@/api/http";
import type { SeriesWords, StudyWords } from "@/api/words";
import { Button } from "@/parts/button";
import styles from "./study_panel.module.css";

/** They stand in the address of the download, which servers bound. */
const AT_ONCE = 100;

interface Props {
  readonly studies: readonly StudyWords[];
  readonly series: SeriesWords | undefined;
}

export function ExportMenu({ studies, series }: Props) {
  const uids = studies.map((study) => study.study_instance_uid);
  const isMuch = uids.length > AT_ONCE;
  const hasOthers = series !== undefined && (studies[0]?.series_count ?? 0) > 1;
  return (
    <Menu position="bottom-end" offset={4}>
      <Menu.Target>
        <Button>
          Export
          <ChevronDown aria-hidden="true" className={styles.down} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {isMuch ? (
          <Menu.Label>At most {AT_ONCE} studies at once: select fewer.</Menu.Label>
        ) : (
          <Menu.Item component="a" href={withParameters("/api/archive.zip", { study: uids })} download>
            {uids.length > 1 ? `The ${uids.length} selected studies as a zip file` : "The study as a zip file"}
          </Menu.Item>
        )}
        {hasOthers && (
          <Menu.Item component="a" href={withParameters("/api/archive.zip", { series: [series.series_instance_uid] })} download>
            Only series {series.series_number || "that is chosen"} as a zip file
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
