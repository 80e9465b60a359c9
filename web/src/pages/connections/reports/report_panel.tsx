/** One report: how it went, what changed since an earlier one, the device, every test, what it takes and what it sent. */
import { FileText, Trash2 } from "lucide-react";
import { useState } from "react";
import type { CheckupWords, KeptReport, ReportState, SentSample, VerdictWords } from "@/api/words";
import { Button, DocumentLink } from "@/parts/button";
import { Card } from "@/parts/card";
import { Confirm } from "@/parts/confirm";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import { SAID } from "../doctor/ladder";
import { LAYERS } from "../doctor/layers";
import { Matrix } from "../doctor/matrix";
import { milliseconds } from "../doctor/spell";
import { Changes } from "./changes";
import { byWhom, comparable, LAMPS, momentOf, wentHow } from "./report";
import styles from "./report_panel.module.css";
import { documentOf, useRemove, useReport } from "./use_reports";

interface Props {
  readonly state: ReportState;
  readonly list: readonly ReportState[];
  /** The report that it is compared with; empty takes the one before it. */
  readonly before: string;
  readonly onBefore: (token: string) => void;
  readonly onGone: () => void;
}

export function ReportPanel({ state, list, before, onBefore, onGone }: Props) {
  const report = useReport(state.token);
  const others = comparable(list, state);
  const earlier = before || (report.data?.previous ?? "");
  return (
    <>
      <Head state={state} earlier={earlier} onGone={onGone} />
      {report.error && <Fault tried="The report could not be read" error={report.error} again={() => void report.refetch()} />}
      {report.data && others.length > 0 && <Changes state={state} others={others} before={earlier} onBefore={onBefore} />}
      {report.data && <Whole report={report.data} />}
    </>
  );
}

function Head({ state, earlier, onGone }: { readonly state: ReportState; readonly earlier: string; readonly onGone: () => void }) {
  const [isAsking, setAsking] = useState(false);
  const remove = useRemove(onGone);
  const who = byWhom(state);
  return (
    <header className={styles.head}>
      <Lamp state={LAMPS[state.outcome]} size={16} />
      <div>
        <h2>
          <bdi>{state.node}</bdi>
        </h2>
        <p>{wentHow(state)}</p>
        <p className={styles.second}>
          <span className="mono">
            {state.ae_title} {state.host}:{state.port}
          </span>
          , tested as {state.role}, kept {momentOf(state.kept)}
          {who && (
            <>
              {" by "}
              <bdi>{who}</bdi>
            </>
          )}
        </p>
      </div>
      <div className={styles.actions}>
        <Button kind="quiet" icon={<Trash2 />} onClick={() => setAsking(true)}>
          Remove…
        </Button>
        <DocumentLink href={documentOf(state.token, "html", earlier)}>HTML</DocumentLink>
        <DocumentLink kind="primary" href={documentOf(state.token, "pdf", earlier)} icon={<FileText aria-hidden="true" />}>
          PDF to print
        </DocumentLink>
      </div>
      {isAsking && (
        <Confirm
          question={`Remove the report of ${momentOf(state.kept)}?`}
          act="Remove the report"
          onAct={() => remove(state.token)}
          onClose={() => setAsking(false)}
        >
          <p>
            The report on {state.node} is gone for good, and later checkups cannot be compared with it. Nothing else is touched.
          </p>
        </Confirm>
      )}
    </header>
  );
}

function Whole({ report }: { readonly report: KeptReport }) {
  const { checkup } = report;
  return (
    <>
      <div className={styles.columns}>
        <Card title="The device">
          <Identity checkup={checkup} />
        </Card>
        <Card title="What it has sent" end={report.sample ? sentWords(report.sample) : ""}>
          {report.sample ? <Sent sample={report.sample} /> : <p className={styles.none}>Its images could not be looked at then.</p>}
        </Card>
      </div>
      {checkup.verdict && (
        <Card title="What has to change" end={checkup.verdict.headline} className={styles.card}>
          <Change verdict={checkup.verdict} />
        </Card>
      )}
      <Card title="Tests" className={styles.card}>
        <Tests checkup={checkup} />
      </Card>
      {checkup.contexts.length > 0 && (
        <Card title="Classes and transfer syntaxes" className={styles.card}>
          <Matrix contexts={checkup.contexts} names={checkup.names ?? {}} />
        </Card>
      )}
      {(checkup.remarks.length > 0 || report.remark) && (
        <Card title="Remarks" className={styles.card}>
          <ul className={styles.remarks}>
            {checkup.remarks.map((one) => (
              <li key={one}>{one}</li>
            ))}
            {report.remark && (
              <li>
                <bdi>{report.remark}</bdi>
              </li>
            )}
          </ul>
        </Card>
      )}
    </>
  );
}

/** The verdict as it was then: on which side, and with which words. */
function Change({ verdict }: { readonly verdict: VerdictWords }) {
  const sides = [
    ["On our side", verdict.here],
    ["Asked of the other side", verdict.there],
  ] as const;
  return (
    <dl className={styles.pairs}>
      <div>
        <dt>Why</dt>
        <dd>{verdict.explanation}</dd>
      </div>
      {sides.map(
        ([name, sentences]) =>
          sentences.length > 0 && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                {sentences.map((one) => (
                  <p key={one}>{one}</p>
                ))}
              </dd>
            </div>
          ),
      )}
    </dl>
  );
}

function sentWords(sample: SentSample): string {
  if (sample.count === 0) return "nothing yet";
  return sample.count === 1 ? "one instance" : `the latest ${sample.count} instances`;
}

function Identity({ checkup }: { readonly checkup: CheckupWords }) {
  const rows: readonly (readonly [string, string, boolean])[] = [
    ["Product", checkup.product || "not told", false],
    ["Implementation", checkup.implementation_version_name || "not told", true],
    ["Class UID", checkup.implementation_class_uid || "not told", true],
    ["Largest PDU", checkup.pdu_bytes_max === null ? "not told" : `${checkup.pdu_bytes_max.toLocaleString("en")} bytes`, false],
    ["TLS", checkup.secure ? "on" : "off", false],
    ["We were", `${checkup.own_ae_title} ${checkup.own_address}:${checkup.own_port}`, true],
  ];
  return (
    <dl className={styles.pairs}>
      {rows.map(([name, value, mono]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className={mono ? "mono" : undefined}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Sent({ sample }: { readonly sample: SentSample }) {
  if (sample.count === 0) return <p className={styles.none}>Nothing had come from its title when the report was kept.</p>;
  return (
    <>
      <dl className={styles.pairs}>
        {sample.seen.map((one) => (
          <div key={one.name}>
            <dt>{one.name}</dt>
            <dd>
              <bdi>{one.values.join(", ")}</bdi>
            </dd>
          </div>
        ))}
      </dl>
      <ul className={styles.doubts}>
        {sample.doubts.map((one) => (
          <li key={one.sentence}>
            <Lamp state={LAMPS[one.tone]} /> {one.sentence}
          </li>
        ))}
      </ul>
    </>
  );
}

const STEP_LAMPS = { passed: "good", warned: "partly", failed: "bad", skipped: "unknown", untried: "unknown" } as const;

function Tests({ checkup }: { readonly checkup: CheckupWords }) {
  return (
    <table className={styles.tests}>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">Layer</th>
          <th scope="col">Outcome</th>
          <th scope="col">What was seen</th>
          <th scope="col">Time</th>
        </tr>
      </thead>
      <tbody>
        {checkup.steps.map((step) => (
          <tr key={step.layer}>
            <th scope="row">
              <Lamp state={STEP_LAMPS[step.outcome]} /> {LAYERS[step.layer].name}
            </th>
            <td className={styles.second}>{SAID[step.outcome]}</td>
            <td>{step.words}</td>
            <td className={styles.time}>{step.milliseconds === null ? "" : milliseconds(step.milliseconds)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
