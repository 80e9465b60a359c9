/**
 * Check, try-out and rebuilding: what each does and what it would change, said before it begins; while it runs, how far it is; afterwards
 * what it found. Each is a job, which goes on when the page is closed.
 */
import { useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { cancelJob, isOver, submitJob, useJobs } from "@/api/jobs";
import { useStatus } from "@/api/status";
import type { JobWords } from "@/api/words";
import { ago, count, counted, duration } from "@/base/text";
import { Button } from "@/parts/button";
import { Confirm } from "@/parts/confirm";
import { Fault } from "@/parts/fault";
import { Lamp, type LampState } from "@/parts/lamp";
import { offer } from "@/parts/palette";
import { ProgressBar } from "@/parts/progress_bar";
import { SectionHeading } from "@/parts/section";
import { useParameters } from "@/parts/use_parameters";
import { capital, latest } from "./findings";
import { FindingsList } from "./findings_list";
import styles from "./upkeep_panel.module.css";

const KINDS = [
  {
    kind: "check",
    title: "Check",
    act: "Check now",
    words: "Reads every image, compares its bytes with their checksum and with the index. Changes nothing.",
  },
  {
    kind: "compare",
    title: "Try out a rebuild",
    act: "Try out",
    words: "Builds the index anew beside the one in use, tells what would be different, and throws it away. Changes nothing.",
  },
  {
    kind: "reindex",
    title: "Rebuild the index",
    act: "Rebuild…",
    words: "Builds the index anew from the images and swaps it in. The archive goes on serving; the old index stays on the disk.",
  },
] as const;

type Kind = (typeof KINDS)[number]["kind"];

/** What can be started from the palette: nothing of it changes anything. */
const COMMANDS = KINDS.filter(({ kind }) => kind !== "reindex").map(({ kind, title }) => ({
  id: `maintenance-${kind}`,
  words: title,
  group: "Action",
  run: () => void submitJob({ kind }),
}));

export function UpkeepPanel() {
  const asked = useJobs();
  const jobs = asked.data?.jobs ?? [];
  const [search] = useSearchParams();
  const wanted = search.get("job");
  const chosen = KINDS.find(({ kind }) => kind === wanted)?.kind ?? latestOf(jobs)?.kind;
  const shown = chosen === undefined ? undefined : latest(jobs, chosen);
  useEffect(() => offer("maintenance", COMMANDS), []);
  return (
    <section className={styles.panel} aria-label="Check and rebuild">
      <SectionHeading title="Check and rebuild" />
      {asked.error ? (
        <Fault tried="The jobs could not be listed" error={asked.error} again={() => void asked.refetch()} />
      ) : (
        <ul className={styles.kinds}>
          {KINDS.map((one) => (
            <KindRow
              key={one.kind}
              one={one}
              job={latest(jobs, one.kind)}
              tried={latest(jobs, "compare")}
              chosen={chosen === one.kind}
            />
          ))}
        </ul>
      )}
      {shown && <FindingsList job={shown} />}
    </section>
  );
}

/** The latest of them that anybody ran. */
function latestOf(jobs: readonly JobWords[]): JobWords | undefined {
  return jobs.find((job) => KINDS.some(({ kind }) => kind === job.kind));
}

interface RowProps {
  readonly one: (typeof KINDS)[number];
  readonly job: JobWords | undefined;
  readonly tried: JobWords | undefined;
  readonly chosen: boolean;
}

function KindRow({ one, job, tried, chosen }: RowProps) {
  const { set } = useParameters();
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<unknown>();
  const runs = job !== undefined && !isOver(job);
  const choose = () => set({ job: one.kind }, true);
  const act = async (what: () => Promise<unknown>) => {
    setError(undefined);
    try {
      await what();
      choose();
    } catch (found) {
      setError(found);
    }
  };
  return (
    <li className={chosen && job ? styles.chosen : styles.kind}>
      <div className={styles.words}>
        <h3>{one.title}</h3>
        <p>{one.words}</p>
        <p className={styles.state}>{job ? <State job={job} /> : "Not run yet."}</p>
        {runs && <ProgressBar done={job.done} total={job.total} label={one.title} />}
        {error !== undefined && <Fault tried="It was not started" error={error} />}
      </div>
      <div className={styles.actions}>
        {job && !chosen && !runs && (
          <Button kind="quiet" onClick={choose}>
            Findings
          </Button>
        )}
        {runs ? (
          <Button onClick={() => act(() => cancelJob(job.id))} aria-label={`Cancel: ${one.title}`}>
            Cancel
          </Button>
        ) : (
          <Button onClick={() => (one.kind === "reindex" ? setAsking(true) : act(() => submitJob({ kind: one.kind })))}>
            {one.act}
          </Button>
        )}
      </div>
      {asking && <Ask tried={tried} onClose={() => setAsking(false)} onDone={choose} />}
    </li>
  );
}

/** The second look before the index is swapped: what a try-out said that it would change. */
function Ask({
  tried,
  onClose,
  onDone,
}: {
  readonly tried: JobWords | undefined;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const status = useStatus();
  const rebuild = async () => {
    await submitJob({ kind: "reindex" satisfies Kind });
    onDone();
  };
  const known = tried?.state === "done" && tried.ended;
  return (
    <Confirm question="Rebuild the index?" act="Rebuild the index" danger={false} onAct={rebuild} onClose={onClose}>
      <p>
        The index of {counted(status?.instances ?? 0, "image")} is built anew from the files on the disk and takes the place of the
        one in use. Nodes, settings and jobs are taken over; no image is changed.
      </p>
      {known ? (
        <p>
          A try-out {ago(new Date(known), new Date())} said: {tried.words}
        </p>
      ) : (
        <p>What it would change has not been tried out. Try out a rebuild first to see it without changing anything.</p>
      )}
    </Confirm>
  );
}

const LAMPS: Readonly<Record<JobWords["state"], LampState>> = {
  queued: "unknown",
  running: "busy",
  done: "good",
  "partly done": "partly",
  failed: "bad",
  cancelled: "unknown",
  interrupted: "partly",
};

function State({ job }: { readonly job: JobWords }) {
  const now = new Date();
  const lamp = job.state === "done" && job.findings.length > 0 ? "partly" : LAMPS[job.state];
  return (
    <>
      <Lamp state={lamp} />
      {isOver(job) ? (
        <span>
          {job.state === "done" ? "" : `${capital(job.state)}. `}
          {job.words} <span className={styles.when}>{job.ended && ago(new Date(job.ended), now)}</span>
        </span>
      ) : (
        <span>{howFar(job, now)}</span>
      )}
    </>
  );
}

/** "1,200 of 4,210, about 12 s left". */
function howFar(job: JobWords, now: Date): string {
  if (job.state === "queued") return "Waits for its turn";
  if (job.total === null) return "Begins";
  const far = `${count(job.done)} of ${count(job.total)}`;
  const seconds = job.started ? (now.getTime() - new Date(job.started).getTime()) / 1000 : 0;
  const share = job.done / Math.max(1, job.total);
  return share > 0.02 && seconds > 1 ? `${far}, about ${duration((seconds / share) * (1 - share))} left` : far;
}
