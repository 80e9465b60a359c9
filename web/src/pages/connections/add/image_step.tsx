/** The fourth step: one image to the device and back, and one from the device to here. */
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { get } from "@/api/http";
import { pathOf } from "@/api/nodes";
import type { Door, NodeStory, NodeWords } from "@/api/words";
import { counted } from "@/base/text";
import { Button } from "@/parts/button";
import { Card } from "@/parts/card";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import { USUAL, wantedOf } from "../doctor/how";
import { Ladder } from "../doctor/ladder";
import { type LayerName, PLANS, type Role } from "../doctor/layers";
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
const LOOK_MS = 2000;

export function ImageStep({ node, role, run }: Props) {
  return (
    <div className={styles.image}>
      {PLANS[role].includes("store") && <There node={node} role={role} run={run} />}
      <Here node={node} />
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
          One synthetic image of the patient ISOCENTER^TEST is stored there, searched, fetched back and compared, and removed again
          where the device allows that. Where it cannot be removed, it is said how to find it.
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

/** Waits for the device's own call, and tells it whatever became of it. */
function Here({ node }: { readonly node: NodeWords }) {
  const story = useQuery({
    queryKey: ["network", "story", node.name],
    queryFn: ({ signal }) => get<NodeStory>(`/api/node-states/${pathOf(node.name)}`, undefined, signal),
    refetchInterval: LOOK_MS,
  });
  const door = useQuery({
    queryKey: ["network", "door"],
    queryFn: ({ signal }) => get<Door>("/api/door", undefined, signal),
    refetchInterval: LOOK_MS,
  });
  const began = useRef(Date.now());
  const calls = story.data?.calls;
  const turnedAway = door.data?.callers.find(
    (one) => new Date(one.last).getTime() >= began.current && (one.calling_ae_title === node.ae_title || one.address === node.host),
  );
  return (
    <Card title="From the device to here">
      <div className={styles.card}>
        <p>
          At the device, send one image to this archive, or press its own echo or test button. What arrives is seen here within two
          seconds.
        </p>
        {story.error && <Fault tried="Its calls could not be read" error={story.error} />}
        <p aria-live="polite">
          {calls && calls.received > 0 ? (
            <>
              <Lamp state="good" /> It has called from <bdi className="mono">{calls.address}</bdi>, and{" "}
              <strong>{counted(calls.received, "image")}</strong> arrived. That is the proof.
            </>
          ) : calls && calls.count > 0 ? (
            <>
              <Lamp state="partly" /> It has called {counted(calls.count, "time")} from <bdi className="mono">{calls.address}</bdi>,
              and sent no image yet.
            </>
          ) : (
            <>
              <Lamp state="listening" /> Waiting for <bdi className="mono">{node.ae_title}</bdi>. It has not called yet.
            </>
          )}
        </p>
        {turnedAway && (
          <p>
            <Lamp state="bad" /> <bdi className="mono">{turnedAway.calling_ae_title}</bdi> called from{" "}
            <bdi className="mono">{turnedAway.address}</bdi> and was turned away: <bdi>{turnedAway.reason}</bdi>
          </p>
        )}
      </div>
    </Card>
  );
}
