/** All that the viewer can do, with its keys; each line can be clicked as well. */

import { Modal } from "@mantine/core";
import { ACTIONS, type Action, type Group, keyWords } from "./actions";
import styles from "./keys_dialog.module.css";
import { useViewer } from "./state";

const GROUPS: readonly Group[] = ["Tools", "Measure", "Picture", "Cuts", "Go", "View", "Keep"];

const HAND: readonly (readonly [string, string])[] = [
  ["Left drag", "the chosen tool"],
  ["Wheel", "images, with Shift five at a time"],
  ["Right drag, or Ctrl and wheel", "zoom"],
  ["Middle drag", "pan"],
  ["Double click", "this cell alone"],
  ["Right click", "the picture's menu"],
  ["One finger, two fingers", "images, pan and zoom"],
];

export function KeysDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title="All keys" size={880} centered>
      <div className={styles.columns}>
        {GROUPS.filter((group) => ACTIONS.some((action) => action.group === group)).map((group) => (
          <section key={group}>
            <h2>{group}</h2>
            {ACTIONS.filter((action) => action.group === group).map((action) => (
              <Line key={action.id} action={action} onRun={onClose} />
            ))}
            {group === "Picture" && <Said words="Windows by name; 0 is the file's, 9 all values" keys={["0", "to", "9"]} />}
            {group === "Measure" && <Said words="Draw it in the middle; arrows move its handles" keys={["Shift Enter"]} />}
            {group === "Measure" && <Said words="Remove the chosen one" keys={["Delete"]} />}
            {group === "Measure" && <Said words="Undo, and do again" keys={["Ctrl Z", "Ctrl Y"]} />}
            {group === "View" && <Said words="Back, step by step" keys={["Esc"]} />}
          </section>
        ))}
        <section>
          <h2>The hand</h2>
          {HAND.map(([act, means]) => (
            <p key={act} className={styles.line}>
              <span>{act}</span>
              <span className={styles.means}>{means}</span>
            </p>
          ))}
        </section>
      </div>
    </Modal>
  );
}

function Line({ action, onRun }: { readonly action: Action; readonly onRun: () => void }) {
  const refusal = useViewer((now) => action.refusal?.(now) ?? "");
  const run = () => {
    onRun();
    action.run();
  };
  return (
    <button type="button" className={styles.line} onClick={run} disabled={refusal !== ""} title={refusal || undefined}>
      <span>{action.words}</span>
      <Keys keys={action.keys.map(keyWords)} />
    </button>
  );
}

function Said({ words, keys }: { readonly words: string; readonly keys: readonly string[] }) {
  return (
    <p className={styles.line}>
      <span>{words}</span>
      <Keys keys={keys} />
    </p>
  );
}

function Keys({ keys }: { readonly keys: readonly string[] }) {
  return (
    <span className={styles.keys}>
      {keys.map((key) => (key === "to" ? <span key={key}>to</span> : <kbd key={key}>{key}</kbd>))}
    </span>
  );
}
