/**
 * The doctor: one connection to one node, climbed layer by layer. The node, what it is to us and the layer that is looked at are in
 * the address (`node`, `as`, `layer`); how it is tested beside that stays with the page.
 */
import { Modal } from "@mantine/core";
import { RotateCw, Square, Stethoscope } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { canBeCalled, useNodes } from "@/api/nodes";
import type { CheckupWords, NodeWords } from "@/api/words";
import { Button } from "@/parts/button";
import { EmptyState } from "@/parts/empty_state";
import { Fault } from "@/parts/fault";
import { useParameters } from "@/parts/use_parameters";
import { ConnectionsBar } from "../bar";
import frame from "../frame.module.css";
import { UnknownNode } from "../unknown_node";
import { classWords } from "./classes";
import { ConsentQuestion, questionOf } from "./consent_question";
import { Every } from "./every";
import { again, type ConsentName, type How, USUAL, wantedOf } from "./how";
import { Ladder } from "./ladder";
import { type LayerName, ROLES, type Role } from "./layers";
import { Options } from "./options";
import { Patient } from "./patient";
import { ReportForm } from "./report_form";
import { Before, Climbing, Well } from "./result";
import { lampOf, progress, rungsOf, underWay, untried } from "./rungs";
import styles from "./tab.module.css";
import { useRun } from "./use_run";
import { namesOf, VerdictPanel } from "./verdict";

const NONE: readonly NodeWords[] = [];

export default function DoctorTab() {
  const nodes = useNodes();
  const place = usePlace();
  const list = (nodes.data ?? NONE).filter(canBeCalled);
  const node = place.chosen ? list.find((one) => one.name === place.chosen) : list[0];
  return (
    <>
      <ConnectionsBar />
      {nodes.error && <Fault tried="The nodes could not be listed" error={nodes.error} again={() => void nodes.refetch()} />}
      {nodes.data && !node && <Nobody chosen={place.chosen} />}
      {node && <Examination key={node.name} nodes={list} node={node} place={place} />}
    </>
  );
}

function Nobody({ chosen }: { readonly chosen: string }) {
  if (chosen) return <UnknownNode name={chosen} to="/connections" />;
  return (
    <EmptyState title="No node that can be called is known yet">
      <p>
        A node is a device that this archive knows by its title, address and port.{" "}
        <Link to="/connections?view=add">Add a device</Link>
      </p>
    </EmptyState>
  );
}

interface Props {
  readonly nodes: readonly NodeWords[];
  readonly node: NodeWords;
  readonly place: ReturnType<typeof usePlace>;
}

function Examination({ nodes, node, place }: Props) {
  const [how, setHow] = useState<How>(USUAL);
  const [granted, setGranted] = useState<readonly ConsentName[]>([]);
  const [reporting, setReporting] = useState<string>();
  const { checkup, error, unread, readAgain, run, cancel } = useRun(node.name);
  const role = place.role ?? checkup?.role ?? "archive";
  const climbed = checkup?.role === role ? checkup : undefined;
  const isClimbing = checkup !== undefined && checkup.ended === null;
  const shown = place.layer ?? climbed?.verdict?.layer;
  const test = (more: readonly ConsentName[] = []) => {
    place.set({ as: role, layer: "" });
    setGranted([...how.consent, ...more]);
    void run(wantedOf(node.name, role, how, more));
  };
  return (
    <div className={`${frame.page} ${styles.page}`}>
      <section className={frame.side} aria-label="The ladder of layers">
        <Patient
          nodes={nodes}
          node={node}
          product={checkup?.product ?? ""}
          lamp={lampOf(checkup)}
          onNode={(name) => place.set({ node: name, layer: "", as: "" })}
        >
          <Options role={role} how={how} onRole={(as) => place.set({ as, layer: "" })} onHow={setHow} />
        </Patient>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
        <div className={styles.rungs} tabIndex={0}>
          <p className={styles.progress}>{climbed ? progress(climbed) : "Not tested yet."}</p>
          <Ladder
            rungs={climbed ? rungsOf(climbed) : untried(role)}
            names={climbed ? namesOf(climbed) : []}
            called={climbed ? {} : { store: `C-STORE of a test image (${classWords(how.classUid)})` }}
            seen={new Set(climbed?.steps.filter((step) => step.exchanges.length > 0).map((step) => step.layer))}
            shown={shown}
            onShow={(layer) => place.set({ layer })}
          />
        </div>
        <footer className={`${frame.foot} ${styles.foot}`}>
          {isClimbing ? (
            <Button icon={<Square />} onClick={() => void cancel()}>
              Stop
            </Button>
          ) : (
            <Button kind="primary" icon={climbed ? <RotateCw /> : <Stethoscope />} onClick={() => test()}>
              {climbed ? "Test again" : "Test"}
            </Button>
          )}
          {climbed && !isClimbing && <Button onClick={() => setReporting(climbed.token)}>Save report</Button>}
          <Every key={role} isClimbing={isClimbing} onTime={() => run(again(node.name, role, how))} />
        </footer>
        {reporting && (
          <Modal opened onClose={() => setReporting(undefined)} title={`Report on ${node.name}`} centered size={480}>
            <ReportForm token={reporting} />
          </Modal>
        )}
      </section>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <section className={`${frame.main} ${frame.padded}`} aria-label="What was found" tabIndex={0}>
        {error !== undefined && <Fault tried="The checkup could not be begun or ended" error={error} />}
        {unread !== null && <Fault tried="The checkup could not be read" error={unread} again={readAgain} />}
        <Found checkup={climbed} role={role} node={node} shown={shown} granted={granted} onTest={test} />
      </section>
    </div>
  );
}

interface FoundProps {
  readonly checkup: CheckupWords | undefined;
  readonly role: Role;
  readonly node: NodeWords;
  readonly shown: LayerName | undefined;
  /** What the latest test was allowed to do. */
  readonly granted: readonly ConsentName[];
  readonly onTest: (more?: readonly ConsentName[]) => void;
}

function Found({ checkup, role, node, shown, granted, onTest }: FoundProps) {
  if (!checkup) return <Before role={role} title={node.name} />;
  const step = checkup.steps.find((one) => one.layer === shown);
  if (checkup.verdict) {
    const question = checkup.ended === null ? undefined : questionOf(checkup, granted);
    return (
      <VerdictPanel
        checkup={checkup}
        verdict={checkup.verdict}
        node={node}
        step={step}
        consent={question && <ConsentQuestion checkup={checkup} question={question} onMore={onTest} />}
        onChanged={() => onTest()}
      />
    );
  }
  if (checkup.ended === null) return <Climbing at={underWay(checkup)} />;
  return <Well checkup={checkup} node={node} shown={step ?? checkup.steps.find((one) => one.exchanges.length > 0)} />;
}

function usePlace() {
  const { place, set } = useParameters();
  const as = place.get("as");
  return {
    chosen: place.get("node") ?? "",
    role: ROLES.find((one) => one === as),
    layer: (place.get("layer") || undefined) as LayerName | undefined,
    set,
  };
}
