/** What changed since another report of the same node: a sentence each, worst first, with what it was and what it is. */
import { Select } from "@mantine/core";
import type { ReportState } from "@/api/words";
import { Card } from "@/parts/card";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import styles from "./changes.module.css";
import { LAMPS, momentOf, wentHow } from "./report";
import { useDifference } from "./use_reports";

interface Props {
  readonly state: ReportState;
  readonly others: readonly ReportState[];
  readonly before: string;
  readonly onBefore: (token: string) => void;
}

export function Changes({ state, others, before, onBefore }: Props) {
  const found = useDifference(state.token, before);
  const isTurned = found.data?.before.token === state.token;
  const picker = (
    <Select
      aria-label="Compared with the report of"
      placeholder="compare with…"
      data={others.map((one) => ({ value: one.token, label: `${momentOf(one.kept)}, ${wentHow(one)}` }))}
      value={before || null}
      onChange={(token) => onBefore(token ?? "")}
      allowDeselect={false}
      w={340}
    />
  );
  return (
    <Card title={isTurned ? "What changed until" : "What changed since"} end={picker} className={styles.card}>
      {found.error && <Fault tried="The reports could not be compared" error={found.error} again={() => void found.refetch()} />}
      {!before && (
        <p className={styles.none}>This is the first report of this node. A later one can be chosen to compare it with.</p>
      )}
      {found.data && found.data.changes.length === 0 && (
        <p className={styles.none}>
          <Lamp state="good" /> Nothing has changed. {found.data.same.join(" ")}
        </p>
      )}
      {found.data && found.data.changes.length > 0 && (
        <ul className={styles.changes}>
          {found.data.changes.map((one) => (
            <li key={one.sentence}>
              <Lamp state={LAMPS[one.tone]} />
              <span>{one.sentence}</span>
              {(one.before || one.after) && (
                <small>
                  <bdi>{one.before || "nothing"}</bdi> <span aria-hidden="true">→</span>
                  <span className="visually-hidden">became</span> <bdi>{one.after || "nothing"}</bdi>
                </small>
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
