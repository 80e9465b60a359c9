/** Jobs: what was asked for, how far it is, how it ended; to cancel and to start again. */
import { useState } from "react";
import { cancelJob, isOver, startAgain, useJobs } from "@/api/jobs";
import type { JobWords } from "@/api/words";
import { byteCount, count, counted } from "@/base/text";
import { Button } from "@/parts/button";
import { EmptyState } from "@/parts/empty_state";
import { Fault } from "@/parts/fault";
import { FindingText } from "@/parts/finding_text";
import { Lamp, type LampState } from "@/parts/lamp";
import { ProgressBar } from "@/parts/progress_bar";
import { SectionHeading } from "@/parts/section";
import { withSeconds } from "./associations";
import styles from "./jobs.module.css";

export function JobsPane({ large }: { readonly large: boolean }) {
  const asked = useJobs();
  const jobs = asked.data?.jobs ?? [];
  const going = asked.data?.under_way ?? 0;
  return (
    <section className={large ? styles.large : styles.pane} aria-label="Jobs">
      <SectionHeading title="Jobs" count={jobs.length === 0 ? undefined : going ? `${count(going)} under way` : "none under way"} />
      {asked.error ? (
        <Fault tried="The jobs could not be listed" error={asked.error} again={() => void asked.refetch()} />
      ) : jobs.length === 0 && !asked.isPending ? (
        <NoJobs large={large} />
      ) : (
        <ul className={styles.jobs} aria-busy={asked.isPending}>
          {jobs.map((job) => (
            <Job key={job.id} job={job} large={large} />
          ))}
        </ul>
      )}
    </section>
  );
}

function NoJobs({ large }: { readonly large: boolean }) {
  const next = "Sending, retrieving and checking are jobs; they go on when this page is closed.";
  return large ? <EmptyState title="No jobs yet">{next}</EmptyState> : <p className={styles.none}>None yet. {next}</p>;
}

function Job({ job, large }: { readonly job: JobWords; readonly large: boolean }) {
  const [error, setError] = useState<unknown>();
  const act = async (what: (id: number) => Promise<unknown>) => {
    setError(undefined);
    try {
      await what(job.id);
    } catch (found) {
      setError(found);
    }
  };
  const over = isOver(job);
  const when = job.ended ?? job.started ?? job.created;
  return (
    <li className={styles.job}>
      <span className={styles.lamp}>
        <Lamp state={LAMPS[job.state]} />
        <span className="visually-hidden">{job.state}</span>
      </span>
      <div className={styles.words}>
        <p className={styles.title} title={job.title}>
          <bdi>{job.title}</bdi>
        </p>
        <p className={styles.state} title={job.words || undefined}>
          {over && job.state !== "done" && <span className={styles[LAMPS[job.state]]}>{job.state}, </span>}
          {over || job.state === "queued" ? job.words || job.state : howFar(job)}
        </p>
        {job.state === "running" && <ProgressBar done={job.done} failed={job.failed} total={job.total} label={job.title} />}
        {job.findings.length > 0 && <Findings job={job} />}
        {error !== undefined && <Fault tried="It was not done" error={error} />}
      </div>
      <time dateTime={when} className={styles.when}>
        {withSeconds(new Date(when), new Date())}
      </time>
      {over ? (
        job.state !== "done" || large ? (
          <Button small onClick={() => act(startAgain)} aria-label={`Start again: ${job.title}`}>
            Again
          </Button>
        ) : undefined
      ) : (
        <Button small onClick={() => act(cancelJob)} aria-label={`Cancel: ${job.title}`}>
          Cancel
        </Button>
      )}
    </li>
  );
}

function Findings({ job }: { readonly job: JobWords }) {
  return (
    <details className={styles.findings}>
      <summary>{counted(job.findings.length, "finding")}</summary>
      <ul>
        {job.findings.map((sentence) => (
          <li key={sentence}>
            <FindingText text={sentence} />
          </li>
        ))}
      </ul>
    </details>
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

/** "118 of 240, 3 failed, 48/s, 25 MB/s". */
function howFar(job: JobWords): string {
  const said = [job.total === null ? count(job.done) : `${count(job.done)} of ${count(job.total)}`];
  if (job.failed) said.push(`${count(job.failed)} failed`);
  if (job.pace) said.push(`${job.pace.instances_per_second.toFixed(0)}/s`, `${byteCount(job.pace.bytes_per_second)}/s`);
  return said.join(", ");
}
