/** Send what is selected to a node that we know: as a job of the house, which outlives this page. */
import { Menu } from "@mantine/core";
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { submitJob } from "@/api/jobs";
import { canBeCalled, useNodes } from "@/api/nodes";
import type { SeriesWords, StudyWords } from "@/api/words";
import { Button } from "@/parts/button";
import { Fault } from "@/parts/fault";
import styles from "./study_panel.module.css";

interface Props {
  readonly studies: readonly StudyWords[];
  /** Of a single study, the series that is chosen in it. */
  readonly series: SeriesWords | undefined;
  readonly onStarted: (job: number) => void;
}

export function SendMenu({ studies, series, onStarted }: Props) {
  const [error, setError] = useState<unknown>();
  const [opened, setOpened] = useState(false);
  const nodes = useNodes(opened);
  const known = nodes.data?.filter(canBeCalled);
  const send = async (node: string, level: "study" | "series", values: readonly string[]) => {
    setError(undefined);
    try {
      onStarted((await submitJob({ kind: "send", node, level, values })).id);
      setOpened(false);
    } catch (found) {
      setError(found);
    }
  };
  const uids = studies.map((study) => study.study_instance_uid);
  return (
    <Menu
      opened={opened}
      onChange={setOpened}
      position="bottom-end"
      offset={4}
      closeOnItemClick={false}
      width={error ? 320 : undefined}
    >
      <Menu.Target>
        <Button>
          Send
          <ChevronDown aria-hidden="true" className={styles.down} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {error !== undefined && <Fault tried="Nothing was sent" error={error} />}
        {nodes.error && <Fault tried="The nodes could not be listed" error={nodes.error} />}
        {known?.length === 0 && (
          <Menu.Item component={Link} to="/network">
            No node is known yet. Add one…
          </Menu.Item>
        )}
        {known && known.length > 0 && (
          <Menu.Label>{uids.length > 1 ? `The ${uids.length} selected studies to` : "The whole study to"}</Menu.Label>
        )}
        {known?.map((node) => (
          <Menu.Item
            key={node.name}
            onClick={() => send(node.name, "study", uids)}
            rightSection={<span className="mono">{node.ae_title}</span>}
          >
            <bdi>{node.name}</bdi>
          </Menu.Item>
        ))}
        {series && known && known.length > 0 && (studies[0]?.series_count ?? 0) > 1 && (
          <>
            <Menu.Divider />
            <Menu.Label>Only series {series.series_number || "that is chosen"} to</Menu.Label>
            {known.map((node) => (
              <Menu.Item
                key={node.name}
                onClick={() => send(node.name, "series", [series.series_instance_uid])}
                rightSection={<span className="mono">{node.ae_title}</span>}
              >
                <bdi>{node.name}</bdi>
              </Menu.Item>
            ))}
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
