/** The right side while nothing has failed: before a test, while it climbs, and when all is well. */
import { Check, LoaderCircle, Stethoscope, TriangleAlert } from "lucide-react";
import type { CheckupWords, NodeWords, StepWords } from "@/api/words";
import { count, counted } from "@/base/text";
import { Card } from "@/parts/card";
import { Contexts } from "./contexts";
import { FromDevice } from "./from_device";
import { LAYERS, type LayerName, PLANS, type Role } from "./layers";
import points from "./points.module.css";
import styles from "./result.module.css";
import { climbed, isWhole } from "./rungs";
import { Sentence } from "./sentence";
import { milliseconds, total, works } from "./spell";
import { Head, namesOf } from "./verdict";
import headStyles from "./verdict.module.css";
import { Wire } from "./wire";

/** Before the first test of a node. */
export function Before({ role, title }: { readonly role: Role; readonly title: string }) {
  return (
    <>
      <Head
        mark={
          <span className={headStyles.idle} aria-hidden="true">
            <Stethoscope />
          </span>
        }
        headline="Not tested yet"
      >
        The doctor climbs from the network to the images, one layer after the other, and stops at the first that fails. Then it says
        what is wrong, which side has to change what, and the line to type.
      </Head>
      <Card title={`What will be done with ${title}`} className={styles.plan}>
        <ol>
          {PLANS[role].map((layer) => (
            <li key={layer}>
              <b>{LAYERS[layer].name}</b>
              <span>{LAYERS[layer].sentence}</span>
            </li>
          ))}
        </ol>
      </Card>
    </>
  );
}

/** While it climbs. */
export function Climbing({ at }: { readonly at: LayerName | undefined }) {
  return (
    <Head
      mark={
        <span className={headStyles.busy} aria-hidden="true">
          <LoaderCircle />
        </span>
      }
      headline={at ? `${LAYERS[at].name}…` : "Ending…"}
    >
      {at ? LAYERS[at].sentence : "The last step tells what it left behind, and where."}
    </Head>
  );
}

interface WellProps {
  readonly checkup: CheckupWords;
  readonly node: NodeWords;
  readonly shown: StepWords | undefined;
}

/** Nothing failed. `shown` is the layer whose exchanges are looked at. */
export function Well({ checkup, node, shown }: WellProps) {
  const names = namesOf(checkup);
  const done = checkup.steps.filter((step) => step.outcome !== "untried");
  const whole = isWhole(checkup);
  const warned = checkup.steps.filter((step) => step.outcome === "warned");
  const isWarned = warned.length > 0 || checkup.remarks.length > 0;
  return (
    <>
      <Head
        mark={
          <span className={whole ? (isWarned ? headStyles.warn : headStyles.good) : headStyles.idle} aria-hidden="true">
            {whole && !isWarned ? <Check /> : <TriangleAlert />}
          </span>
        }
        headline={whole ? `It works: ${works(checkup)}` : "Ended before its end"}
      >
        {whole
          ? `${climbed(checkup.steps)} in ${milliseconds(total(checkup.steps))}. ${about(checkup)}`
          : `${counted(done.length, "layer")} of ${checkup.steps.length} were climbed, and none of them failed.`}
      </Head>
      <div className={headStyles.cards}>
        <Identity checkup={checkup} />
        <Remarks
          sentences={[...warned.map((step) => `${LAYERS[step.layer].name}: ${step.words}`), ...checkup.remarks]}
          names={names}
        />
        {checkup.role === "modality" && (
          <div className={styles.wide}>
            <FromDevice node={node} />
          </div>
        )}
        <Contexts contexts={checkup.contexts} names={checkup.names ?? {}} />
        {shown && shown.exchanges.length > 0 && (
          <div className={styles.wide}>
            <Wire key={shown.layer} step={shown} names={names} />
          </div>
        )}
      </div>
    </>
  );
}

/** Who answered, as it said itself. */
function Identity({ checkup }: { readonly checkup: CheckupWords }) {
  const { pdu_bytes_max: pdu } = checkup;
  const rows: readonly (readonly [name: string, words: string, isMachine?: boolean])[] = [
    ["Product", checkup.product || "not recognised"],
    ["Version", checkup.implementation_version_name, true],
    ["Implementation", checkup.implementation_class_uid, true],
    ["Takes PDUs of", pdu === null ? "" : pdu === 0 ? "any size" : `${count(pdu)} bytes`],
    ["Called as", checkup.ae_title, true],
    ["We are", `${checkup.own_ae_title}${checkup.own_address ? ` at ${checkup.own_address}` : ""}`, true],
    ["TLS", checkup.secure ? "on" : "off"],
  ];
  return (
    <Card title="Who answered">
      <dl className={styles.facts}>
        {rows
          .filter(([, words]) => words)
          .map(([name, words, isMachine]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{isMachine ? <bdi className="mono">{words}</bdi> : words}</dd>
            </div>
          ))}
      </dl>
    </Card>
  );
}

function Remarks({ sentences, names }: { readonly sentences: readonly string[]; readonly names: readonly string[] }) {
  return (
    <Card title="Worth knowing" end={sentences.length === 0 && "nothing"}>
      <ul className={`${points.points} ${styles.remarks}`}>
        {sentences.map((sentence) => (
          <li key={sentence}>
            <TriangleAlert aria-hidden="true" />
            <Sentence text={sentence} names={names} />
          </li>
        ))}
        {sentences.length === 0 && (
          <li>
            <Check aria-hidden="true" />
            <span>Nothing that works today and may bite tomorrow was seen.</span>
          </li>
        )}
      </ul>
    </Card>
  );
}

function about(checkup: CheckupWords): string {
  const name = checkup.implementation_version_name || checkup.implementation_class_uid;
  return checkup.product ? `It is ${checkup.product}${name ? `, ${name}` : ""}.` : name ? `It calls itself ${name}.` : "";
}
