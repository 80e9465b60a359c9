/** The third step: the doctor's ladder, and in one sentence how it went. */
import { Link } from "react-router";
import type { NodeWords } from "@/api/words";
import { Button } from "@/parts/button";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import { again, USUAL } from "../doctor/how";
import { Ladder } from "../doctor/ladder";
import { LAYERS, type Role } from "../doctor/layers";
import { endWords, lampOf, progress, rungsOf, underWay, untried } from "../doctor/rungs";
import { Sentence } from "../doctor/sentence";
import type { useRun } from "../doctor/use_run";
import { namesOf } from "../doctor/verdict";
import styles from "./add.module.css";

interface Props {
  readonly node: NodeWords;
  readonly role: Role;
  readonly run: ReturnType<typeof useRun>;
}

export function TestStep({ node, role, run }: Props) {
  const checkup = run.checkup?.role === role ? run.checkup : undefined;
  const isClimbing = run.checkup !== undefined && run.checkup.ended === null;
  const at = checkup && underWay(checkup);
  const names = checkup ? namesOf(checkup) : [];
  const address = `/connections?node=${encodeURIComponent(node.name)}&as=${role}`;
  return (
    <div className={styles.test}>
      <p className={styles.lead}>
        The doctor climbs from the network upwards and stops where something fails. Nothing is stored in this step. If nobody has
        entered this archive there yet, it will stop at the AE titles; that is no harm.
        {role === "modality" &&
          " A device that only sends may not listen at all: then it stops at TCP, and the proof is an image that it sends, in the next step."}
      </p>
      {run.error !== undefined && <Fault tried="The test could not be begun" error={run.error} />}
      <div className={styles.verdict} aria-live="polite">
        {checkup?.verdict && (
          <>
            <p>
              <Lamp state="bad" />{" "}
              <strong>
                <Sentence text={checkup.verdict.headline} names={names} />
              </strong>
            </p>
            <ul>
              {checkup.verdict.here.map((one) => (
                <li key={one}>
                  Here: <Sentence text={one} names={names} />
                </li>
              ))}
              {checkup.verdict.there.map((one) => (
                <li key={one}>
                  There: <Sentence text={one} names={names} />
                </li>
              ))}
            </ul>
            <Link to={address}>The whole finding, with the line to type</Link>
          </>
        )}
        {checkup && !checkup.verdict && checkup.ended !== null && (
          <p>
            <Lamp state={lampOf(checkup)} /> <strong>{endWords(checkup)}</strong> {progress(checkup)}.
          </p>
        )}
        {checkup && checkup.ended === null && (
          <p>
            <Lamp state="busy" /> {progress(checkup)}
            {at && `: ${LAYERS[at].name}`}
          </p>
        )}
      </div>
      <p>
        <Button
          kind={checkup ? "default" : "primary"}
          disabled={isClimbing}
          onClick={() => void run.run(again(node.name, role, USUAL))}
        >
          {checkup ? "Test again" : "Test"}
        </Button>
      </p>
      <div className={styles.ladder}>
        <Ladder rungs={checkup ? rungsOf(checkup) : untried(role)} names={names} />
      </div>
    </div>
  );
}
