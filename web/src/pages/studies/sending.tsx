/** How far the sending is that was begun here: one line beside the actions, until somebody has seen its end. */
import { X } from "lucide-react";
import { Link } from "react-router";
import { isOver, useJobs } from "@/api/jobs";
import type { JobWords } from "@/api/words";
import { count } from "@/base/text";
import { IconButton } from "@/parts/button";
import { Lamp, type LampState } from "@/parts/lamp";
import { ProgressBar } from "@/parts/progress_bar";
import styles from "./study_panel.module.css";

export function Sending({ ids, onDone }: { readonly ids: readonly number[]; readonly onDone: () => void }) {
  const jobs = (useJobs().data?.jobs ?? []).filter((job) => ids.includes(job.id));
  const job = jobs.find((one) => !isOver(one)) ?? jobs[0];
  if (!job) return null;
  const node = String(job.wanted.node ?? "");
  return (
    <div className={styles.sending} role="status">
      <span>
        <Lamp state={lampOf(job)} /> <Link to="/activity">{wordsOf(job, node)}</Link>
      </span>
      {isOver(job) ? (
        <IconButton label="Seen" onClick={onDone}>
          <X aria-hidden="true" />
        </IconButton>
      ) : (
        <span className={styles.bar}>
          <ProgressBar done={job.done} failed={job.failed} total={job.total} label={`Sending to ${node}`} />
        </span>
      )}
    </div>
  );
}

function lampOf(job: JobWords): LampState {
  if (!isOver(job)) return "busy";
  if (job.state === "done") return job.failed ? "partly" : "good";
  return "bad";
}

function wordsOf(job: JobWords, node: string): string {
  if (job.state === "queued") return `Waiting to send to ${node}`;
  if (job.state === "running") return `Sending to ${node}, ${count(job.done)}${job.total ? ` of ${count(job.total)}` : ""}`;
  if (job.state === "done" && !job.failed) return `${count(job.done)} sent to ${node}`;
  if (job.failed) return `${count(job.failed)} of ${count(job.total ?? job.failed + job.done)} not sent to ${node}`;
  return `Not sent to ${node}: ${job.words || job.state}`;
}
