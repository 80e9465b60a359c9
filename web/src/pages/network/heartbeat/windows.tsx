/** When nodes are being worked on: asked as always, and what they leave unanswered counts for nothing and alarms nobody. */
import { useQueryClient } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useState } from "react";
import { change } from "@/api/http";
import type { NodeWords, WindowWords } from "@/api/words";
import { moment } from "@/base/text";
import { Button, IconButton } from "@/parts/button";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import { SectionHeading } from "@/parts/section";
import { windowWords } from "./beats";
import styles from "./heartbeat.module.css";
import { WindowDialog } from "./window_dialog";

interface Props {
  readonly windows: readonly WindowWords[] | undefined;
  readonly nodes: readonly NodeWords[];
  readonly chosen: string;
  readonly now: Date;
}

export function Windows({ windows = [], nodes, chosen, now }: Props) {
  const queries = useQueryClient();
  const [open, setOpen] = useState<WindowWords | "new">();
  const [error, setError] = useState<unknown>();
  const refresh = () => queries.invalidateQueries({ queryKey: ["heartbeat"] });
  const forget = async (window: WindowWords) => {
    setError(undefined);
    try {
      await change("DELETE", `/api/maintenance-windows/${window.id}`);
    } catch (found) {
      setError(found);
    }
    await refresh();
  };
  return (
    <section className={styles.panel}>
      <SectionHeading title="Maintenance" count={windows.length || ""}>
        <Button small icon={<Plus />} onClick={() => setOpen("new")}>
          Add
        </Button>
      </SectionHeading>
      {error !== undefined && <Fault tried="It was not removed" error={error} />}
      {windows.length === 0 && (
        <p className={styles.nothing}>Enter when somebody works on a node: what it leaves unanswered then alarms nobody.</p>
      )}
      <ul className={styles.windows}>
        {windows.map((window) => (
          <li key={window.id} data-open={window.open}>
            <Lamp state={window.open ? "busy" : "unknown"} />
            <button type="button" onClick={() => setOpen(window)}>
              <span>
                <bdi>{window.node || "All nodes"}</bdi>
                {window.words && (
                  <>
                    : <bdi>{window.words}</bdi>
                  </>
                )}
              </span>
              <span>
                {windowWords(window)}
                {window.open
                  ? ", now"
                  : window.next === null
                    ? ", over"
                    : window.repeats === "once"
                      ? ""
                      : `, next ${moment(new Date(window.next), now)}`}
              </span>
            </button>
            <IconButton label={`Remove the window of ${window.node || "all nodes"}`} onClick={() => void forget(window)}>
              <X />
            </IconButton>
          </li>
        ))}
      </ul>
      {open && (
        <WindowDialog
          window={open === "new" ? undefined : open}
          nodes={nodes}
          chosen={chosen}
          onClose={() => setOpen(undefined)}
          onKept={() => {
            setOpen(undefined);
            void refresh();
          }}
        />
      )}
    </section>
  );
}
