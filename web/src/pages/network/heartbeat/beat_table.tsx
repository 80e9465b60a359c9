/** All nodes and how they did: one stop of the tab key, arrows choose. Rows out of sight are not drawn. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useRef } from "react";
import type { BeatWords, HeartbeatWords, NodeWords, PartWords } from "@/api/words";
import { count } from "@/base/text";
import { Lamp } from "@/parts/lamp";
import { interval, lampOf, number, outageWords, percent } from "./beats";
import styles from "./heartbeat.module.css";
import { Strip } from "./strip";

const ROW = 52;

interface Props {
  readonly heartbeat: HeartbeatWords;
  readonly nodes: readonly NodeWords[];
  readonly chosen: string;
  readonly now: Date;
  readonly onChoose: (name: string) => void;
}

export function BeatTable(props: Props) {
  const { heartbeat, chosen, onChoose } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const beats = heartbeat.nodes;
  const rows = useVirtualizer({
    count: beats.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
  });
  const at = beats.findIndex((beat) => beat.name === chosen);
  useEffect(() => {
    if (at >= 0) rows.scrollToIndex(at);
  }, [at, rows]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const place = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: beats.length - 1 }[event.key];
    if (place === undefined) return;
    event.preventDefault();
    const beat = beats[Math.max(0, Math.min(beats.length - 1, place))];
    if (beat) onChoose(beat.name);
  };
  return (
    <div className={styles.table}>
      <div className={`${styles.row} ${styles.head}`}>
        <span />
        <span>Node</span>
        <span>Asked</span>
        <span className={styles.figure}>Answered</span>
        <span>{heartbeat.days === 1 ? "Last 24 h" : `Last ${heartbeat.days} days`}</span>
        <span className={styles.figure}>Time</span>
        <span>Away last</span>
      </div>
      <div
        ref={scroller}
        className={styles.body}
        role="listbox"
        aria-label="Nodes and their heartbeat"
        aria-activedescendant={at >= 0 ? `beat-${at}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div style={{ height: rows.getTotalSize(), position: "relative" }} role="presentation">
          {rows.getVirtualItems().map(({ index, start }) => {
            const beat = beats[index];
            return beat && <Row key={beat.name} {...props} beat={beat} index={index} start={start} />;
          })}
        </div>
      </div>
    </div>
  );
}

function Row({
  beat,
  index,
  start,
  heartbeat,
  nodes,
  chosen,
  now,
  onChoose,
}: Props & { beat: BeatWords; index: number; start: number }) {
  const title = nodes.find((node) => node.name === beat.name)?.ae_title ?? "";
  const outage = beat.outages[0];
  const counted = beat.asked - beat.excused;
  const label = `${beat.asked - beat.failed - beat.excused} of ${beat.asked} echoes answered`;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the list around it
    <div
      id={`beat-${index}`}
      role="option"
      tabIndex={-1}
      aria-selected={beat.name === chosen}
      aria-label={`${beat.name}, asked ${interval(beat)}, ${percent(beat.availability) || "nothing"} answered${outage ? `, away ${outageWords(outage, now)}` : ""}`}
      className={`${styles.row} ${styles.node}`}
      style={{ transform: `translateY(${start}px)` }}
      onClick={() => onChoose(beat.name)}
    >
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
    </div>
  );
}

function unasked(part: PartWords): PartWords {
  return { ...part, asked: 0, failed: 0, excused: 0, milliseconds: null, slowest: null };
}
