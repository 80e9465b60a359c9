/** The connections that were recorded, latest first: who, which way, what they did, whether it went well. Up and down walk them. */
import { ArrowDownLeft, ArrowLeftRight, ArrowUpRight } from "lucide-react";
import type { DigestWords, RecordingsTold } from "@/api/words";
import { byteCount, clockWithSeconds, count, duration } from "@/base/text";
import { EmptyState } from "@/parts/empty_state";
import { Lamp } from "@/parts/lamp";
import { walkRows } from "@/parts/row_walk";
import { SearchField } from "@/parts/search_field";
import frame from "../frame.module.css";
import styles from "./list.module.css";
import { lampOf, standingWords } from "./words";

interface Props {
  readonly told: RecordingsTold | undefined;
  readonly chosen: string | undefined;
  readonly search: string;
  readonly live: boolean;
  readonly onSearch: (text: string) => void;
  readonly onChoose: (token: string) => void;
  readonly onLive: () => void;
}

export function List({ told, chosen, search, live, onSearch, onChoose, onLive }: Props) {
  return (
    <section className={frame.side} aria-label="Recorded connections">
      <header className={styles.head}>
        <h2>Associations</h2>
        <span className={styles.kept}>{told ? `${count(told.kept)} kept` : ""}</span>
        <button
          type="button"
          className={styles.live}
          aria-pressed={live}
          onClick={onLive}
          title={live ? "New connections appear as they come. Press to hold still." : "Held still. Press to follow."}
        >
          <Lamp state={live ? "listening" : "unknown"} />
          {live ? "live" : "held"}
        </button>
      </header>
      <div className={styles.searching}>
        <SearchField label="Search the connections" placeholder="Title, address, status, UID" value={search} onChange={onSearch} />
      </div>
      <ul className={styles.rows} onKeyDown={(event) => walkRows(event)?.click()} aria-busy={told === undefined}>
        {told?.recordings.map((one) => (
          <Row key={one.token} one={one} chosen={one.token === chosen} onChoose={onChoose} />
        ))}
        {told?.more && <li className={styles.more}>Older ones are kept too: search for them.</li>}
        {told && told.recordings.length === 0 && <Nothing told={told} search={search} />}
      </ul>
      <Ring told={told} />
    </section>
  );
}

function Row({
  one,
  chosen,
  onChoose,
}: {
  readonly one: DigestWords;
  readonly chosen: boolean;
  readonly onChoose: Props["onChoose"];
}) {
  return (
    <li>
      <button type="button" className={styles.row} aria-current={chosen || undefined} onClick={() => onChoose(one.token)}>
        <Lamp state={lampOf(one.standing)} size={11} />
        <span className="visually-hidden">{standingWords(one.standing)}</span>
        <span className={styles.title}>
          <bdi className="mono" title={one.address}>
            {one.title}
          </bdi>
          <Way way={one.way} />
        </span>
        <time dateTime={one.began}>{clockWithSeconds(new Date(one.began))}</time>
        <span className={styles.words} title={one.words}>
          {one.label ? `${one.label}: ` : ""}
          {one.words}
        </span>
      </button>
    </li>
  );
}

function Way({ way }: { readonly way: string }) {
  if (way === "in") return <ArrowDownLeft aria-label="called us" />;
  if (way === "out") return <ArrowUpRight aria-label="we called" />;
  return <ArrowLeftRight aria-label="between two others" />;
}

function Nothing({ told, search }: { readonly told: RecordingsTold; readonly search: string }) {
  if (search) return <EmptyState title="Nothing like that was recorded" />;
  if (told.room.bytes_max === 0) {
    return (
      <EmptyState title="Nothing is recorded">
        The setting recorded_mib is 0. A proxy and imported captures are shown all the same.
      </EmptyState>
    );
  }
  return <EmptyState title="Nobody has called yet">Every connection from now on appears here as it happens.</EmptyState>;
}

/** How full the memory for recordings is, and how far it reaches back. */
function Ring({ told }: { readonly told: RecordingsTold | undefined }) {
  const room = told?.room;
  if (!room || room.bytes_max === 0) return <footer className={styles.ring} />;
  const share = Math.min(1, room.byte_count / room.bytes_max);
  const back = room.since ? (Date.now() - new Date(room.since).getTime()) / 1000 : 0;
  return (
    <footer className={styles.ring} title="The latest connections are kept in this much memory; the oldest make room for new ones.">
      <span>Ring {byteCount(room.bytes_max * (1000 / 1024) ** 2)}</span>
      <span className={styles.full} aria-hidden="true">
        <i style={{ width: `${share * 100}%` }} />
      </span>
      <span>
        {byteCount(room.byte_count)}
        {back >= 1 ? `, ${duration(back)}` : ""}
      </span>
    </footer>
  );
}
