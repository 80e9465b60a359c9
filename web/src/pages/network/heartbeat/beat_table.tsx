/** All nodes and how they did. */
import type { BeatWords, HeartbeatWords, NodeWords, PartWords } from "@/api/words";
import { count } from "@/base/text";
import { Lamp } from "@/parts/lamp";
import { NodeRows } from "../node_rows";
import { interval, lampOf, number, outageWords, percent } from "./beats";
import styles from "./heartbeat.module.css";
import { Strip } from "./strip";

interface Props {
  readonly heartbeat: HeartbeatWords;
  readonly nodes: readonly NodeWords[];
  readonly chosen: string;
  readonly now: Date;
  readonly onChoose: (name: string) => void;
}

export function BeatTable(props: Props) {
  const { heartbeat } = props;
  return (
    <NodeRows
      label="Nodes and their heartbeat"
      nodes={heartbeat.nodes}
      chosen={props.chosen}
      own={styles}
      head={
        <>
          <span />
          <span>Node</span>
          <span>Asked</span>
          <span className={styles.figure}>Answered</span>
          <span>{heartbeat.days === 1 ? "Last 24 h" : `Last ${heartbeat.days} days`}</span>
          <span className={styles.figure}>Time</span>
          <span>Away last</span>
        </>
      }
      words={(beat) => inWords(beat, props.now)}
      cells={(beat) => <Cells {...props} beat={beat} />}
      onChoose={props.onChoose}
    />
  );
}

function inWords(beat: BeatWords, now: Date): string {
  const outage = beat.outages[0];
  return `${beat.name}, asked ${interval(beat)}, ${percent(beat.availability) || "nothing"} answered${outage ? `, away ${outageWords(outage, now)}` : ""}`;
}

function Cells({ beat, heartbeat, nodes, now }: Props & { beat: BeatWords }) {
  const title = nodes.find((node) => node.name === beat.name)?.ae_title ?? "";
  const outage = beat.outages[0];
  const counted = beat.asked - beat.excused;
  const label = `${beat.asked - beat.failed - beat.excused} of ${beat.asked} echoes answered`;
  return (
    <>
      <span>
        <Lamp state={lampOf(beat)} />
      </span>
      <span>
        <bdi className={styles.first} title={beat.name}>
          {beat.name}
        </bdi>
        <bdi className="mono">{title}</bdi>
      </span>
      <span>
        <span className={styles.first}>{interval(beat)}</span>
        <span>{beat.working ?? (beat.own_minutes === null ? "" : "its own")}</span>
      </span>
      <span className={styles.figure}>
        <span className={styles.first}>{percent(beat.availability)}</span>
        <span>{beat.listens ? (counted > 0 ? `of ${count(counted)}` : "not asked") : "only calls"}</span>
      </span>
      <span>
        <Strip
          parts={beat.listens ? beat.parts : beat.parts.map(unasked)}
          hoursWide={heartbeat.part_hours}
          label={label}
          step={Math.floor(240 / Math.max(1, beat.parts.length))}
        />
      </span>
      <span className={styles.figure}>
        <span className={styles.first}>{beat.milliseconds === null ? "" : `${number(beat.milliseconds)} ms`}</span>
        <span>{beat.slowest === null ? "" : `to ${number(beat.slowest)}`}</span>
      </span>
      <span className={outage?.until === null ? styles.bad : ""}>
        <span className={styles.first}>{outage ? outageWords(outage, now).split(",")[0] : ""}</span>
        <span>{outage?.until ? outageWords(outage, now).split(", ")[1] : outage?.words.split(":")[0]}</span>
      </span>
    </>
  );
}

function unasked(part: PartWords): PartWords {
  return { ...part, asked: 0, failed: 0, excused: 0, milliseconds: null, slowest: null };
}
