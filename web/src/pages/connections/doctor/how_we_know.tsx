/** Why the doctor says so: the spellings that were tried, what else would explain it, and what could still be tried if it may. */
import type { ReactNode } from "react";
import type { CheckupWords, VerdictWords } from "@/api/words";
import { counted } from "@/base/text";
import { Card } from "@/parts/card";
import { Lamp } from "@/parts/lamp";
import { FaultEntry } from "../explain/fault_entry";
import { useFault } from "../explain/use_fault";
import styles from "./how_we_know.module.css";
import { Sentence } from "./sentence";
import { namesOf } from "./verdict";

interface Props {
  readonly checkup: CheckupWords;
  readonly verdict: VerdictWords;
  /** The question whether more may be tried; nothing where there is nothing to ask. */
  readonly consent: ReactNode;
}

export function HowWeKnow({ checkup, verdict, consent }: Props) {
  const { attempts } = checkup;
  const names = namesOf(checkup);
  const fault = useFault();
  const end =
    attempts.length > 0
      ? `${counted(attempts.length, "call")}, one a second`
      : verdict.causes.length > 1
        ? "most likely first"
        : undefined;
  return (
    <Card title="How we know" end={end}>
      {attempts.length > 0 && (
        <table className={styles.attempts}>
          <thead>
            <tr>
              <th scope="col">Calling as</th>
              <th scope="col">Called</th>
              <th scope="col">It said</th>
            </tr>
          </thead>
          <tbody>
            {attempts.map((one) => (
              <tr key={`${one.calling_ae_title}\\${one.called_ae_title}`}>
                <td>
                  <Title text={one.calling_ae_title} />
                </td>
                <td>
                  <Title text={one.called_ae_title} />
                </td>
                <td title={one.said}>
                  <Lamp state={one.is_accepted ? "good" : "bad"} /> {one.is_accepted ? "accepted" : "refused"}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {verdict.known_as === "" && (
        <ol className={styles.causes}>
          {verdict.causes.map((cause) => (
            <li key={cause.fault}>
              <Sentence text={cause.sentence} names={names} />
              <button
                type="button"
                className={styles.fault}
                onClick={() => fault.open(cause.fault)}
                title="Its entry in the table of faults"
              >
                {cause.fault}
              </button>
            </li>
          ))}
        </ol>
      )}
      {checkup.remarks.length > 0 && (
        <ul className={styles.remarks}>
          {checkup.remarks.map((remark) => (
            <li key={remark}>
              <Sentence text={remark} names={names} />
            </li>
          ))}
        </ul>
      )}
      {consent && <div className={styles.consent}>{consent}</div>}
      {fault.shown && <FaultEntry identifier={fault.shown} onClose={() => fault.open("")} />}
    </Card>
  );
}

/** A title with its spaces at the ends made visible. */
function Title({ text }: { readonly text: string }) {
  return (
    <bdi className="mono" title={text === text.trim() ? text : `${text} (the dots are spaces)`}>
      {text.replace(/^ +| +$/g, (spaces) => "·".repeat(spaces.length)) || "(empty)"}
    </bdi>
  );
}
