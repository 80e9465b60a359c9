/**
 * Add a device: a walk of five steps. The step and the node are in the address (`step`, `node`, `as`), so that one can leave and come
 * back; `title` and `host` fill in the first step, for a caller that is known already.
 */

import { Check, X } from "lucide-react";
import { useNodes, useStory } from "@/api/nodes";
import type { NodeWords } from "@/api/words";
import { Button } from "@/parts/button";
import { Fault } from "@/parts/fault";
import { useParameters } from "@/parts/use_parameters";
import { ConnectionsBar } from "../bar";
import { ROLES, type Role } from "../doctor/layers";
import { useRun } from "../doctor/use_run";
import frame from "../frame.module.css";
import styles from "./add.module.css";
import { DeviceStep } from "./device_step";
import { EnterStep } from "./enter_step";
import { ImageStep } from "./image_step";
import { ReportStep } from "./report_step";
import { after, before, STEP_WORDS, STEPS, type States, type StepName, statesOf, stepOf } from "./steps";
import { TestStep } from "./test_step";

export default function AddTab() {
  const nodes = useNodes();
  const { name, role, step, set, place } = useWalk();
  const node = nodes.data?.find((one) => one.name === name);
  const at = stepOf(step, node !== undefined);
  const states = useStates(node, role);
  return (
    <>
      <ConnectionsBar />
      {nodes.error && <Fault tried="The nodes could not be listed" error={nodes.error} again={() => void nodes.refetch()} />}
      <div className={`${frame.page} ${styles.page}`}>
        <nav className={`${frame.choices} ${styles.steps}`} aria-label="Steps">
          <ol>
            {STEPS.map((one, place) => (
              <li key={one} data-state={states[one]}>
                <button
                  type="button"
                  aria-current={one === at ? "step" : undefined}
                  disabled={!node && one !== "device"}
                  onClick={() => set({ step: one })}
                >
                  <span className={styles.number} aria-hidden="true">
                    {states[one] === "done" ? <Check /> : states[one] === "failed" ? <X /> : place + 1}
                  </span>
                  <span>
                    <b>{STEP_WORDS[one].name}</b>
                    {states[one] && <span className="visually-hidden">, {states[one]}</span>}
                    <small>{STEP_WORDS[one].sentence}</small>
                  </span>
                </button>
              </li>
            ))}
          </ol>
        </nav>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
        <section key={at} className={`${frame.main} ${styles.main}`} aria-label={STEP_WORDS[at].name} tabIndex={0}>
          <header className={styles.head}>
            <h2>{STEP_WORDS[at].name}</h2>
            {node && at !== "device" && (
              <p>
                <bdi>{node.name}</bdi>, <bdi className="mono">{node.ae_title}</bdi> at{" "}
                <bdi className="mono">
                  {node.host}:{node.port}
                </bdi>
              </p>
            )}
          </header>
          {at === "device" ? (
            <DeviceStep
              key={node?.name ?? ""}
              node={node}
              role={role}
              title={place.get("title") ?? ""}
              host={place.get("host") ?? ""}
              onRole={(as) => set({ as })}
              onKept={(kept) => set({ node: kept, step: "enter", title: "", host: "" })}
            />
          ) : (
            node && <Step at={at} node={node} role={role} go={(step) => set({ step })} />
          )}
        </section>
      </div>
    </>
  );
}

/** What is known to be done, from what was seen: nothing is ticked because somebody has read it. */
function useStates(node: NodeWords | undefined, role: Role): States {
  const run = useRun(node?.name ?? "");
  const story = useStory(node?.name ?? "");
  return statesOf(node !== undefined, role, run.checkup, story.data);
}

interface StepProps {
  readonly at: StepName;
  readonly node: NodeWords;
  readonly role: Role;
  readonly go: (step: StepName) => void;
}

function Step({ at, node, role, go }: StepProps) {
  const run = useRun(node.name);
  const next = after(at);
  const last = before(at);
  return (
    <>
      {at === "enter" && <EnterStep node={node} />}
      {at === "test" && <TestStep node={node} role={role} run={run} />}
      {at === "image" && <ImageStep node={node} role={role} run={run} />}
      {at === "report" && <ReportStep checkup={run.checkup} />}
      <footer className={styles.foot}>
        {last && <Button onClick={() => go(last)}>Back</Button>}
        {next && (
          <Button kind="primary" onClick={() => go(next)}>
            Next: {STEP_WORDS[next].name.toLowerCase()}
          </Button>
        )}
      </footer>
    </>
  );
}

function useWalk() {
  const { place, set } = useParameters();
  const as = place.get("as");
  return {
    place,
    name: place.get("node") ?? "",
    role: ROLES.find((one) => one === as) ?? ("modality" satisfies Role as Role),
    step: place.get("step"),
    set: (parts: Readonly<Record<string, string>>) => set(parts, true),
  };
}
