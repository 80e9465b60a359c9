/**
 * The live log: levels, search, the debug switch, pause. It follows its end unless one has scrolled up; then it stays where it is and
 * says how many lines have come.
 */
import { useQueryClient } from "@tanstack/react-query";
import { ArrowDown, Pause, Play } from "lucide-react";
import { memo, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { change } from "@/api/http";
import { useStatus } from "@/api/status";
import type { LogLineWords } from "@/api/words";
import { clockWithMilliseconds, counted } from "@/base/text";
import { usePrivacy } from "@/model/privacy";
import { Button } from "@/parts/button";
import { EmptyState } from "@/parts/empty_state";
import { Fault } from "@/parts/fault";
import { Lamp, type LampState } from "@/parts/lamp";
import { SearchField } from "@/parts/search_field";
import { SectionHeading } from "@/parts/section";
import { useParameters } from "@/parts/use_parameters";
import styles from "./log.module.css";
import { LEVELS, type Level, looked, marked, unseen } from "./log_lines";
import { useLog } from "./use_log";

export function LogPane() {
  const log = useLog();
  const { place, set } = useParameters();
  const level = LEVELS.find((one) => one === place.get("level")) ?? "all";
  const words = place.get("log") ?? "";
  const lines = looked(log.lines, level, words);
  const shown =
    lines.length === log.lines.length ? counted(lines.length, "line") : `${lines.length} of ${counted(log.lines.length, "line")}`;
  return (
    <section className={styles.pane} aria-label="Log">
      <SectionHeading title="Log" count={log.waiting ? "" : shown}>
        <Levels level={level} onLevel={(one) => set({ level: one === "all" ? "" : one })} />
        <SearchField
          small
          className={styles.search ?? ""}
          label="Search the log"
          placeholder="Title, address, word"
          value={words}
          onChange={(log) => set({ log })}
        />
        <DebugSwitch />
        <Button
          small
          aria-pressed={log.paused}
          icon={log.paused ? <Play /> : <Pause />}
          onClick={() => log.setPaused(!log.paused)}
          title={log.paused ? "Show what has come" : "Hold the log still; nothing is lost"}
        >
          {log.paused ? (log.held ? `Go on, ${log.held} held` : "Go on") : "Pause"}
        </Button>
      </SectionHeading>
      {log.error ? (
        <Fault tried="The log could not be read" error={log.error} again={log.again} />
      ) : (
        <Lines lines={lines} words={words} all={log.lines} waiting={log.waiting} />
      )}
    </section>
  );
}

function Levels({ level, onLevel }: { readonly level: Level; readonly onLevel: (level: Level) => void }) {
  return (
    <fieldset className={styles.levels}>
      <legend className="visually-hidden">Level</legend>
      {LEVELS.map((one) => (
        <label key={one} className={styles.level}>
          <input className="visually-hidden" type="radio" name="level" checked={one === level} onChange={() => onLevel(one)} />
          {LEVEL_WORDS[one]}
        </label>
      ))}
    </fieldset>
  );
}

const LEVEL_WORDS: Readonly<Record<Level, string>> = { all: "All", warnings: "Warnings", errors: "Errors" };

/** Whether the log shows every command; it holds until the next start. */
function DebugSwitch() {
  const client = useQueryClient();
  const status = useStatus();
  const [wanted, setWanted] = useState<boolean>();
  const [error, setError] = useState<unknown>();
  const told = status?.debug;
  useEffect(() => {
    if (told === wanted) setWanted(undefined);
  }, [told, wanted]);
  const on = wanted ?? told ?? false;
  const toggle = async () => {
    setError(undefined);
    setWanted(!on);
    try {
      await change("POST", `/api/debug?on=${on ? 0 : 1}`);
      await client.invalidateQueries({ queryKey: ["status"] });
    } catch (found) {
      setWanted(undefined);
      setError(found);
    }
  };
  const said = error instanceof Error ? error.message : "Show every command and every negotiated context, until the next start";
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on}
      title={said}
      className={styles.debug}
      onClick={toggle}
      disabled={told === undefined}
    >
      <span className={styles.track} aria-hidden="true" />
      Debug{error !== undefined && <span role="alert"> was not switched</span>}
    </button>
  );
}

interface LinesProps {
  readonly lines: readonly LogLineWords[];
  readonly words: string;
  /** With those that are not looked for. */
  readonly all: readonly LogLineWords[];
  readonly waiting: boolean;
}

function Lines({ lines, words, all, waiting }: LinesProps) {
  const box = useRef<HTMLDivElement>(null);
  const [follows, setFollows] = useState(true);
  const last = lines.at(-1)?.serial;
  const seen = useRef(last);
  if (follows) seen.current = last;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it goes to the end with every new line
  useLayoutEffect(() => {
    if (follows && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [last, follows, lines.length]);
  const scrolled = () => {
    const at = box.current;
    if (at) setFollows(at.scrollHeight - at.scrollTop - at.clientHeight < 24);
  };
  const missing = useMemo(() => unseen(all), [all]);
  const below = follows ? 0 : lines.filter((line) => line.serial > (seen.current ?? 0)).length;
  if (waiting) return <div className={styles.lines} aria-busy="true" />;
  if (lines.length === 0) return <NoLines all={all.length} />;
  return (
    <div className={styles.frame}>
      <div
        ref={box}
        className={styles.lines}
        role="log"
        aria-live="off"
        aria-label="Lines of the log"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a pane that scrolls has to be reachable by keyboard
        tabIndex={0}
        onScroll={scrolled}
      >
        {lines.map((line) => (
          <Line key={line.serial} line={line} words={words} missing={missing.get(line.serial) ?? 0} />
        ))}
      </div>
      {!follows && (
        <button type="button" className={styles.follow} onClick={() => setFollows(true)}>
          <ArrowDown aria-hidden="true" />
          {below ? counted(below, "new line") : "To the latest"}
        </button>
      )}
    </div>
  );
}

function NoLines({ all }: { readonly all: number }) {
  return all ? (
    <EmptyState title="No line says that">The log file in the data folder keeps what is older.</EmptyState>
  ) : (
    <EmptyState title="Nothing has been said yet">Each association becomes a line here when it ends.</EmptyState>
  );
}

interface LineProps {
  readonly line: LogLineWords;
  readonly words: string;
  /** So many went by unseen before it. */
  readonly missing: number;
}

/** A line does not change: a busy second adds hundreds, and draws those alone. */
const Line = memo(function Line({ line, words, missing }: LineProps) {
  const names = usePrivacy((now) => now.names);
  const lamp = LAMPS[line.level];
  const masked = line.room === PATIENTS && !names;
  return (
    <>
      {missing > 0 && (
        <p className={styles.missing}>{counted(missing, "line")} went by too fast to be shown; the log file has them</p>
      )}
      <div className={styles.line} data-level={line.level}>
        <time dateTime={line.when}>{clockWithMilliseconds(new Date(line.when))}</time>
        <span className={styles.kind} title={line.level.toLowerCase()}>
          {lamp && <Lamp state={lamp} size={10} />}
          <span className="visually-hidden">{line.level.toLowerCase()}</span>
        </span>
        <span className={styles.room}>{line.room}</span>
        <bdi className={styles.text}>
          {masked
            ? "a line that names patients, hidden while names are off"
            : marked(line.text, words).map((run, place) =>
                // biome-ignore lint/suspicious/noArrayIndexKey: runs of one line are told apart by their place alone
                run.hit ? <mark key={place}>{run.text}</mark> : run.text,
              )}
        </bdi>
      </div>
    </>
  );
});

/** The one room that may name patients (base/log.PATIENTS). */
const PATIENTS = "patients";

/** What is normal is silent. */
const LAMPS: Readonly<Record<string, LampState | undefined>> = {
  DEBUG: "unknown",
  WARNING: "partly",
  ERROR: "bad",
  CRITICAL: "bad",
};
