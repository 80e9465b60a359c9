/**
 * One connection as a ladder: both sides above, what crossed between them below, where the time went at the foot. Up and down walk the
 * messages, Enter opens contexts and runs in place.
 */
import { Fragment, useRef, useState } from "react";
import type { LadderWords, RungWords } from "@/api/words";
import { clockWithSeconds } from "@/base/text";
import { Fault } from "@/parts/fault";
import styles from "./ladder.module.css";
import { Rung } from "./rung";
import { ShareBar, ShareWordsList } from "./shares";
import { useRun } from "./use_recordings";

interface Props {
  readonly ladder: LadderWords;
  readonly chosen: number | undefined;
  readonly onChoose: (number: number) => void;
}

export function Ladder({ ladder, chosen, onChoose }: Props) {
  const rows = useRef<HTMLOListElement>(null);
  const walk = (event: React.KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (!step || !rows.current) return;
    const buttons = [...rows.current.querySelectorAll<HTMLButtonElement>("button[data-rung]")];
    const at = buttons.indexOf(event.target as HTMLButtonElement);
    const next = buttons[at + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
    if (next.dataset.rung === "crossing") next.click();
  };
  return (
    <section className={styles.main} aria-label="The ladder">
      <Sides ladder={ladder} />
      <ol className={styles.rungs} ref={rows} onKeyDown={walk}>
        <Rows rungs={ladder.rungs} token={ladder.token} chosen={chosen} onChoose={onChoose} />
      </ol>
      <footer className={styles.foot}>
        <p>
          <b>{ladder.sum}</b> <span>{ladder.rate}</span>
          <span className={styles.verdict}>{ladder.verdict}</span>
        </p>
        <ShareBar shares={ladder.shares} />
        <ShareWordsList shares={ladder.shares} />
      </footer>
    </section>
  );
}

function Sides({ ladder }: { readonly ladder: LadderWords }) {
  return (
    <header className={styles.sides}>
      <div className={styles.started}>
        started
        <time dateTime={ladder.began}>{clockWithSeconds(new Date(ladder.began))}</time>
      </div>
      <div>
        <bdi className="mono">{ladder.caller.title}</bdi>
        <span>
          {ladder.caller.address}, {ladder.caller.part}
        </span>
      </div>
      <div className={styles.called}>
        <bdi className="mono">{ladder.called.title}</bdi>
        <span>
          {ladder.called.address}, {ladder.called.part}
        </span>
      </div>
    </header>
  );
}

interface RowsProps {
  readonly rungs: readonly RungWords[];
  readonly token: string;
  readonly chosen: number | undefined;
  readonly onChoose: (number: number) => void;
}

function Rows({ rungs, token, chosen, onChoose }: RowsProps) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const turn = (key: string) =>
    setOpen((now) => {
      const next = new Set(now);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  return rungs.map((rung, place) => {
    const key = rung.number ? `n${rung.number}` : rung.first ? `r${rung.first}` : `p${place}`;
    const isOpen = open.has(key);
    return (
      <Fragment key={key}>
        <Rung
          rung={rung}
          chosen={rung.number !== 0 && rung.number === chosen}
          open={isOpen}
          onChoose={() => onChoose(rung.number)}
          onOpen={() => turn(key)}
        />
        {rung.kind === "run" && isOpen && <Inner rung={rung} token={token} chosen={chosen} onChoose={onChoose} />}
      </Fragment>
    );
  });
}

/** The rows that a run stands for, in its place. */
function Inner({ rung, token, chosen, onChoose }: Omit<RowsProps, "rungs"> & { readonly rung: RungWords }) {
  const found = useRun(token, rung.first, rung.last, true);
  if (found.error) return <Fault tried="The rows could not be shown" error={found.error} again={() => void found.refetch()} />;
  if (!found.data) return null;
  return <Rows rungs={found.data.rungs} token={token} chosen={chosen} onChoose={onChoose} />;
}
