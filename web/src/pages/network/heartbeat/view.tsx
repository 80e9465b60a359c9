/**
 * Heartbeat: how every node answered over a day, a week, a month or a quarter; when one is being worked on; who is told when one changes.
 *
 * The time shown and the chosen node are in the address (`days`, `node`).
 */
import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/http";
import { useNodes } from "@/api/nodes";
import type { BeatWords, HeartbeatWords } from "@/api/words";
import { EmptyState } from "@/parts/empty_state";
import { Fault } from "@/parts/fault";
import { PageBar } from "@/parts/page_bar";
import { useParameters } from "@/parts/use_parameters";
import frame from "../frame.module.css";
import { useNow } from "../neighbourhood";
import { NetworkTabs } from "../network_tabs";
import { Alerts } from "./alerts";
import { BeatStory } from "./beat_story";
import { BeatTable } from "./beat_table";
import { stretches } from "./beats";
import styles from "./heartbeat.module.css";
import { Windows } from "./windows";

const AGAIN_MS = 15_000;

export default function View() {
  const now = useNow();
  const { days, chosen, set } = usePlace();
  const nodes = useNodes();
  const asked = useQuery({
    queryKey: ["heartbeat", days],
    queryFn: ({ signal }) => get<HeartbeatWords>("/api/heartbeat", { days }, signal),
    refetchInterval: AGAIN_MS,
    placeholderData: (before) => before,
  });
  const beats = asked.data?.nodes ?? [];
  const beat = beats.find((one) => one.name === chosen) ?? firstWorth(beats);
  return (
    <>
      <PageBar
        title="Network"
        tabs={<NetworkTabs />}
        actions={<Range days={days} historyDays={asked.data?.history_days ?? 1} onChoose={(one) => set({ days: String(one) })} />}
      />
      <div className={`${frame.page} ${styles.page}`}>
        <div className={frame.main}>
          {asked.error && (
            <Fault tried="The past of the nodes could not be read" error={asked.error} again={() => void asked.refetch()} />
          )}
          {nodes.data?.length === 0 && (
            <div className={frame.nobody}>
              <EmptyState title="No node is known yet">
                <p>Every node of the list is asked by itself whether it is there, and what it answered is kept.</p>
              </EmptyState>
            </div>
          )}
          {asked.data && beats.length > 0 && (
            <BeatTable
              heartbeat={asked.data}
              nodes={nodes.data ?? []}
              chosen={beat?.name ?? ""}
              now={now}
              onChoose={(name) => set({ node: name })}
            />
          )}
          {asked.data && beat && <BeatStory heartbeat={asked.data} beat={beat} now={now} />}
        </div>
        <aside className={frame.side} aria-label="Maintenance and alerts">
          <Windows windows={asked.data?.windows} nodes={nodes.data ?? []} chosen={beat?.name ?? ""} now={now} />
          <Alerts now={now} />
        </aside>
      </div>
    </>
  );
}

function usePlace() {
  const { place, set } = useParameters();
  const days = Number(place.get("days") ?? "1");
  return { days: Number.isInteger(days) && days > 0 ? days : 1, chosen: place.get("node") ?? "", set };
}

/** Without a choice: the first that is away, else the first. */
function firstWorth(beats: readonly BeatWords[]): BeatWords | undefined {
  return beats.find((beat) => beat.outages[0]?.until === null) ?? beats[0];
}

interface RangeProps {
  readonly days: number;
  readonly historyDays: number;
  readonly onChoose: (days: number) => void;
}

function Range({ days, historyDays, onChoose }: RangeProps) {
  return (
    <fieldset className={styles.range}>
      <legend className="visually-hidden">The time shown</legend>
      {stretches(historyDays).map((one) => (
        <button key={one.days} type="button" aria-pressed={one.days === days} onClick={() => onChoose(one.days)}>
          {one.words}
        </button>
      ))}
    </fieldset>
  );
}
