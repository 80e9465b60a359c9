/**
 * Reports: the checkups that were kept. One is looked at, printed, compared with an earlier one of the same node. Which one, and with
 * which it is compared, is in the address (`report`, `before`).
 */
import { TextInput } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import type { ReportState } from "@/api/words";
import { counted } from "@/base/text";
import { Day } from "@/parts/day";
import { EmptyState } from "@/parts/empty_state";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import { useParameters } from "@/parts/use_parameters";
import { ConnectionsBar } from "../bar";
import frame from "../frame.module.css";
import { byWhom, dayOf, found, LAMPS, wentHow } from "./report";
import { ReportPanel } from "./report_panel";
import styles from "./tab.module.css";
import { useReports } from "./use_reports";

const NONE: readonly ReportState[] = [];

export default function ReportsTab() {
  const reports = useReports();
  const { place, set } = useParameters();
  const list = reports.data?.reports ?? NONE;
  const token = place.get("report") ?? "";
  const chosen = token ? list.find((one) => one.token === token) : list[0];
  return (
    <>
      <ConnectionsBar />
      {reports.error && (
        <Fault tried="The reports could not be listed" error={reports.error} again={() => void reports.refetch()} />
      )}
      {reports.data && !chosen && token && (
        <EmptyState title="This report is not kept">
          <p>
            It may have been removed. <Link to="/connections?view=reports">Choose another</Link>
          </p>
        </EmptyState>
      )}
      {reports.data && !chosen && !token && (
        <EmptyState title="No report is kept yet">
          <p>
            A report is a checkup that is kept: who made it, every test with its time, and what the device sent. Run the{" "}
            <Link to="/connections">doctor</Link>, then Save report. The same in a year says what has changed.
          </p>
        </EmptyState>
      )}
      {chosen && (
        <div className={`${frame.page} ${styles.page}`}>
          <Kept list={list} chosen={chosen} onChoose={(token) => set({ report: token, before: "" })} />
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
          <section key={chosen.token} className={`${frame.main} ${frame.padded}`} aria-label="Report" tabIndex={0}>
            <ReportPanel
              state={chosen}
              list={list}
              before={place.get("before") ?? ""}
              onBefore={(before) => set({ before })}
              onGone={() => set({ report: "", before: "" })}
            />
          </section>
        </div>
      )}
    </>
  );
}

interface KeptProps {
  readonly list: readonly ReportState[];
  readonly chosen: ReportState;
  readonly onChoose: (token: string) => void;
}

function Kept({ list, chosen, onChoose }: KeptProps) {
  const [typed, setTyped] = useState("");
  const shown = found(list, typed);
  return (
    <section className={frame.side} aria-label="Kept reports">
      <div className={styles.search}>
        <TextInput
          aria-label="Find a report"
          placeholder="Node, technician, order, day"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      </div>
      <ul className={`${frame.choices} ${frame.list} ${styles.list}`}>
        {shown.map((one) => (
          <li key={one.token}>
            <button type="button" aria-current={one === chosen ? "true" : undefined} onClick={() => onChoose(one.token)}>
              <Lamp state={LAMPS[one.outcome]} />
              <span>
                <b>
                  <bdi>{one.node}</bdi>
                </b>
                <small>{wentHow(one)}</small>
              </span>
              <span className={styles.when}>
                <span>
                  <Day text={dayOf(one.kept)} />
                </span>
                <small>
                  <bdi>{byWhom(one)}</bdi>
                </small>
              </span>
            </button>
          </li>
        ))}
      </ul>
      <footer className={`${frame.foot} ${styles.foot}`}>
        {shown.length === list.length ? counted(list.length, "report") : `${shown.length} of ${list.length}`}
      </footer>
    </section>
  );
}
