/** The retrievals: what runs, waits, failed and came; with their rate, and what one can do about each. */
import { Popover } from "@mantine/core";
import { useEffect, useState } from "react";
import { useNavigate } from "react-router";
import type { JobWords, NodeWords } from "@/api/words";
import { count } from "@/base/text";
import { Button } from "@/parts/button";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import { PersonName } from "@/parts/person_name";
import { type Cleared, loadCleared, storeCleared } from "./cleared";
import {
  inOrder,
  isOver,
  lampOf,
  needsYou,
  paceOf,
  paceOfAll,
  placeOf,
  type Story,
  story,
  summary,
  totalOf,
  wantedOf,
  wayOf,
} from "./jobs";
import styles from "./queue.module.css";
import { again, hold, stop } from "./search";

interface Props {
  readonly jobs: readonly JobWords[];
  readonly isHeld: boolean;
  readonly underWay: number;
  readonly nodes: readonly NodeWords[];
  readonly onChanged: () => void;
}

export function Queue({ jobs, isHeld, underWay, nodes, onChanged }: Props) {
  const [cleared, setCleared] = useState(loadCleared);
  const [error, setError] = useState<unknown>();
  const now = useNow(jobs.some((job) => job.state === "running"));
  const shown = inOrder(jobs.filter((job) => isListed(job, cleared)));
  if (shown.length === 0) return null;
  const run = async (act: () => Promise<unknown>) => {
    setError(undefined);
    try {
      await act();
    } catch (found) {
      setError(found);
    }
    onChanged();
  };
  const done = shown.filter((job) => isOver(job) && !needsYou(job));
  return (
    <section className={styles.queue} aria-label="Retrieve queue">
      <header className={styles.head}>
        <h2>Retrieve queue</h2>
        <span className={styles.count}>{summary(shown, underWay)}</span>
        <span className={styles.pace}>{paceOfAll(shown)}</span>
        {(isHeld || shown.some((job) => !isOver(job))) && (
          <Button kind="quiet" small onClick={() => run(() => hold(!isHeld))}>
            {isHeld ? "Go on" : "Pause all"}
          </Button>
        )}
        {done.length > 0 && (
          <Button kind="quiet" small onClick={() => setCleared(storeCleared({ ...cleared, upTo: Math.max(...done.map(endedAt)) }))}>
            Clear done
          </Button>
        )}
      </header>
      {error !== undefined && <Fault tried="The queue did not do that" error={error} />}
      <ul className={styles.rows}>
        {shown.map((job) => (
          <Line
            key={job.id}
            job={job}
            isHeld={isHeld}
            nodes={nodes}
            now={now}
            onRun={run}
            onDismiss={() => setCleared(storeCleared(without(job, cleared)))}
          />
        ))}
      </ul>
    </section>
  );
}

const endedAt = (job: JobWords) => (job.ended ? Date.parse(job.ended) : 0);

function isListed(job: JobWords, { upTo, dismissed }: Cleared): boolean {
  if (!isOver(job)) return true;
  return needsYou(job) ? dismissed[job.id] !== endedAt(job) : endedAt(job) > upTo;
}

const without = (job: JobWords, cleared: Cleared): Cleared => ({
  ...cleared,
  dismissed: { ...cleared.dismissed, [job.id]: endedAt(job) },
});

interface LineProps {
  readonly job: JobWords;
  readonly isHeld: boolean;
  readonly nodes: readonly NodeWords[];
  readonly now: Date;
  readonly onRun: (act: () => Promise<unknown>) => void;
  readonly onDismiss: () => void;
}

function Line({ job, isHeld, nodes, now, onRun, onDismiss }: LineProps) {
  const navigate = useNavigate();
  const wanted = wantedOf(job);
  const title = nodes.find((node) => node.name === wanted.node)?.ae_title ?? wanted.node;
  const total = totalOf(job);
  const place = job.done > 0 ? placeOf(job) : "";
  return (
    <li className={styles.row} data-job={job.id}>
      <Lamp state={lampOf(job)} />
      <span className={styles.who} title={job.title}>
        {wanted.shown?.patient_name ? (
          <PersonName name={wanted.shown.patient_name} />
        ) : (
          <bdi className={styles.what}>{job.title}</bdi>
        )}
        <bdi className={styles.about}>{wanted.shown?.about}</bdi>
      </span>
      <bdi className={styles.node}>{title}</bdi>
      <span className={styles.way}>{wayOf(job)}</span>
      <Bar job={job} total={total} />
      <span className={styles.number}>{total ? `${count(job.done)} of ${count(total)}` : ""}</span>
      <span className={styles.rate}>{paceOf(job)}</span>
      <Telling job={job} told={story(job, title, isHeld, now)} onDismiss={onDismiss} />
      <span className={styles.actions}>
        {place && (
          <Button small onClick={() => navigate(place)}>
            Open
          </Button>
        )}
        {!isOver(job) && (
          <Button small onClick={() => onRun(() => stop(job))}>
            Cancel
          </Button>
        )}
        {isOver(job) && job.state !== "done" && (
          <Button small onClick={() => onRun(() => again(job))}>
            {job.failed ? `Retry ${count(job.failed)}` : "Retry"}
          </Button>
        )}
      </span>
    </li>
  );
}

function Bar({ job, total }: { readonly job: JobWords; readonly total: number }) {
  const share = (part: number) => `${total ? (100 * part) / total : 0}%`;
  const state = job.state === "done" ? styles.good : isOver(job) ? styles.over : styles.moving;
  return (
    <span
      className={styles.bar}
      role="progressbar"
      aria-valuemin={0}
      aria-valuemax={total || 1}
      aria-valuenow={job.done}
      aria-label={`${job.done} of ${total}`}
    >
      <span className={state} style={{ width: total || job.state !== "done" ? share(job.done) : "100%" }} />
      <span className={styles.bad} style={{ width: share(job.failed) }} />
    </span>
  );
}

/** A few words; where there is more to say, they are a button that says it. */
function Telling({ job, told, onDismiss }: { readonly job: JobWords; readonly told: Story; readonly onDismiss: () => void }) {
  const words = (
    <>
      {told.bad && <span className={styles.red}>{told.bad}</span>}
      <bdi>{told.words}</bdi>
    </>
  );
  const looks = `${styles.story} ${told.isQuiet ? styles.quiet : ""}`;
  if (!told.bad && job.findings.length === 0) {
    return (
      <span className={looks} title={job.words}>
        {words}
      </span>
    );
  }
  return (
    <Popover position="top-start" width={480} withinPortal trapFocus returnFocus>
      <Popover.Target>
        <button type="button" className={`${looks} ${styles.more}`}>
          {words}
        </button>
      </Popover.Target>
      <Popover.Dropdown className={styles.details}>
        <p>
          <bdi>{job.words}</bdi>
        </p>
        {job.findings.length > 0 && (
          <ul>
            {job.findings.map((finding, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: sentences may be the same, and none comes between
              <li key={place}>
                <bdi>{finding}</bdi>
              </li>
            ))}
          </ul>
        )}
        {needsYou(job) && (
          <Button small className={styles.dismiss} onClick={onDismiss}>
            Take it off the list
          </Button>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

/** The moment, told again every second while something runs. */
function useNow(isRunning: boolean): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    setNow(new Date());
    if (!isRunning) return;
    const timer = setInterval(() => setNow(new Date()), 1000);
    return () => clearInterval(timer);
  }, [isRunning]);
  return now;
}
