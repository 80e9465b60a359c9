/** What the latest job of a kind found, sorted by what it is; the first hundred, as the job keeps them. */
import { isOver } from "@/api/jobs";
import type { JobWords } from "@/api/words";
import { count, counted } from "@/base/text";
import { EmptyState } from "@/parts/empty_state";
import { FindingText } from "@/parts/finding_text";
import { SectionHeading } from "@/parts/section";
import { capital, DIFFERENCES, type Findings, sorted } from "./findings";
import styles from "./findings_list.module.css";

/** How many a job keeps (JOB_FINDINGS_MAX). */
const KEPT = 100;

export function FindingsList({ job }: { readonly job: JobWords }) {
  const groups = sorted(job.findings);
  const many = job.findings.length;
  return (
    <div className={styles.panel}>
      <SectionHeading title="Findings" count={many >= KEPT ? `the first ${count(KEPT)}` : counted(many, "finding")} />
      {groups.length === 0 ? (
        <EmptyState title={isOver(job) ? ENDS[job.state] : "Nothing so far"}>
          {job.state === "done" ? "Every image is there, whole, and as the index says." : job.words}
        </EmptyState>
      ) : (
        groups.map((group) => <Group key={group.what} group={group} />)
      )}
    </div>
  );
}

const ENDS: Readonly<Record<JobWords["state"], string>> = {
  queued: "Not begun yet",
  running: "Nothing so far",
  done: "Nothing was found",
  "partly done": "It did not come to its end",
  failed: "It did not come to its end",
  cancelled: "It was cancelled",
  interrupted: "It was interrupted",
};

function Group({ group }: { readonly group: Findings }) {
  return (
    <details className={styles.group} open>
      <summary>
        <span>{DIFFERENCES[group.what] ?? capital(group.what)}</span>
        <span className={styles.count}>{count(group.findings.length)}</span>
      </summary>
      <ul>
        {group.findings.map((finding) => (
          <li key={`${finding.where} ${finding.detail}`}>
            <span className={styles.where}>
              <FindingText text={finding.where} />
            </span>
            <bdi className={styles.detail}>{finding.detail}</bdi>
          </li>
        ))}
      </ul>
    </details>
  );
}
