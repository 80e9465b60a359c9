/** The fourth step: one image to the device and back, and one from the device to here. */
import type { NodeWords } from "@/api/words";
import { Button } from "@/parts/button";
import { Card } from "@/parts/card";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import { FromDevice } from "../doctor/from_device";
import { USUAL, wantedOf } from "../doctor/how";
import { Ladder } from "../doctor/ladder";
import { type LayerName, PLANS, type Role, SENDERS } from "../doctor/layers";
import { rungsOf, untried } from "../doctor/rungs";
import type { useRun } from "../doctor/use_run";
import { namesOf } from "../doctor/verdict";
import styles from "./add.module.css";

interface Props {
  readonly node: NodeWords;
  readonly role: Role;
  readonly run: ReturnType<typeof useRun>;
}

const IMAGE: ReadonlySet<LayerName> = new Set(["store", "find again", "move", "get", "compare", "clean up"]);

export function ImageStep({ node, role, run }: Props) {
  return (
    <div className={styles.image}>
      {PLANS[role].includes("store") && <There node={node} role={role} run={run} />}
      {SENDERS.has(role) && <FromDevice node={node} />}
      {role === "printer" && (
        <p className={styles.lead}>No image goes either way: a printer is tested by asking how it is, and nothing is printed.</p>
      )}
    </div>
  );
}

function There({ node, role, run }: Props) {
  const checkup = run.checkup?.role === role ? run.checkup : undefined;
  const isClimbing = run.checkup !== undefined && run.checkup.ended === null;
  const rungs = (checkup ? rungsOf(checkup) : untried(role)).filter((rung) => IMAGE.has(rung.layer));
  const stopped = checkup?.verdict && !IMAGE.has(checkup.verdict.layer) ? checkup.verdict.headline : "";
  return (
    <Card title="To the device, and back">
      <div className={styles.card}>
        <p>
          One synthetic image of the patient ISOCENTER^TEST is stored there, searched, fetched back and compared. It stays there,
          because DICOM has no way to ask for its removal; the last step tells how to find it.
        </p>
        {run.error !== undefined && <Fault tried="The test could not be begun" error={run.error} />}
        {stopped && (
          <p>
            <Lamp state="bad" /> It came not so far: {stopped}.
          </p>
        )}
        <Button disabled={isClimbing} onClick={() => void run.run(wantedOf(node.name, role, USUAL))}>
          {isClimbing ? "Under way…" : "Store the test image there"}
        </Button>
      </div>
      <Ladder rungs={rungs} names={checkup ? namesOf(checkup) : []} />
    </Card>
  );
}
