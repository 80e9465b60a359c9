/**
 * The panel below the list: what is selected in words, what can be done with it, and its series as pictures.
 *
 * One study shows its series; several show how much they are together. The panel is always there, so that choosing moves nothing.
 */
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { get, Refusal } from "@/api/http";
import type { SeriesWords, StudyWhole, StudyWords } from "@/api/words";
import { byteCount, counted } from "@/base/text";
import { timeWords } from "@/model/dates";
import { Button } from "@/parts/button";
import { Day } from "@/parts/day";
import { Fault } from "@/parts/fault";
import { PersonName } from "@/parts/person_name";
import { loadViewer } from "@/parts/viewer_ahead";
import { DeleteQuestion } from "./delete_question";
import { ExportMenu } from "./export_menu";
import { HeaderDrawer } from "./header_drawer";
import type { Selection } from "./selection";
import { SendMenu } from "./send_menu";
import { Sending } from "./sending";
import { SeriesCard } from "./series_card";
import cards from "./series_card.module.css";
import styles from "./study_panel.module.css";

interface Props {
  readonly selection: Selection;
  readonly series: string;
  readonly isDeleting: boolean;
  readonly onDeleting: (asked: boolean) => void;
  readonly onSeries: (uid: string) => void;
  readonly onOpen: (study: string, series?: string) => void;
  readonly onRemoved: (uids: readonly string[]) => void;
}

export function StudyPanel(props: Props) {
  const { selection, isDeleting, onDeleting, onOpen, onRemoved } = props;
  const [showsHeader, setShowsHeader] = useState(false);
  const [jobs, setJobs] = useState<readonly number[]>([]);
  const whole = useQuery({
    queryKey: ["study", selection.current],
    queryFn: ({ signal }) => get<StudyWhole>(`/api/studies/${selection.current}`, undefined, signal),
    enabled: selection.current !== "",
    staleTime: Number.POSITIVE_INFINITY,
  });
  useEffect(() => {
    if (selection.current) loadViewer();
  }, [selection.current]);
  const listed = selection.studies.get(selection.current);
  useGrowing(listed, whole.data, whole.refetch);
  const current = whole.data?.study ?? listed;
  const isGone = whole.error instanceof Refusal && whole.error.status === 404;
  if (!selection.current || isGone) return <Nothing isGone={isGone} />;
  const studies = selection.studies.size > 1 ? [...selection.studies.values()] : current ? [current] : [];
  const chosen = whole.data?.series.find((one) => one.series_instance_uid === props.series) ?? whole.data?.series[0];
  return (
    <section className={styles.panel} aria-label="Selected study">
      <header className={styles.heading}>
        <div className={styles.words} aria-live="polite">
          {studies.length > 1 ? (
            <Several studies={studies} shown={current} />
          ) : (
            current && <One study={current} bytes={whole.data?.byte_count} />
          )}
        </div>
        {jobs.length > 0 && <Sending ids={jobs} onDone={() => setJobs([])} />}
        <div className={styles.actions}>
          <Button kind="primary" onClick={() => onOpen(selection.current, props.series || undefined)}>
            Open
          </Button>
          <SendMenu studies={studies} series={studies.length > 1 ? undefined : chosen} onStarted={(id) => setJobs([...jobs, id])} />
          <ExportMenu studies={studies} series={studies.length > 1 ? undefined : chosen} />
          {chosen && <Button onClick={() => setShowsHeader(true)}>Header</Button>}
          <span className={styles.gap} />
          <Button kind="danger" onClick={() => onDeleting(true)}>
            Delete…
          </Button>
        </div>
      </header>
      {whole.error && !isGone ? (
        <Fault tried="The series could not be listed" error={whole.error} again={() => void whole.refetch()} />
      ) : (
        <Strip {...props} listed={whole.data?.series} expected={current?.series_count ?? 3} chosen={chosen} />
      )}
      {showsHeader && chosen && <HeaderDrawer series={chosen} onClose={() => setShowsHeader(false)} />}
      {isDeleting && studies.length > 0 && (
        <DeleteQuestion
          studies={studies}
          whole={studies.length > 1 ? undefined : whole.data}
          chosen={chosen}
          onRemoved={onRemoved}
          onClose={() => onDeleting(false)}
        />
      )}
    </section>
  );
}

/** Read the series again when the row of the list says that the study has grown or shrunk. */
function useGrowing(listed: StudyWords | undefined, whole: StudyWhole | undefined, again: () => unknown): void {
  const differs =
    listed !== undefined &&
    whole?.study.study_instance_uid === listed.study_instance_uid &&
    whole.study.instance_count !== listed.instance_count;
  const count = listed?.instance_count;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each other count is read once
  useEffect(() => {
    if (differs) again();
  }, [differs, count]);
}

function Nothing({ isGone }: { readonly isGone: boolean }) {
  return (
    <section className={styles.panel} aria-label="Selected study">
      <div className={styles.hint}>
        <p>{isGone ? "This study is not in the archive any more." : "Choose a study to see its series."}</p>
        <p>Arrows move, Enter opens, / searches.</p>
      </div>
    </section>
  );
}

function One({ study, bytes }: { readonly study: StudyWords; readonly bytes: number | undefined }) {
  const much = [counted(study.series_count, "series", "series"), counted(study.instance_count, "image")];
  return (
    <>
      <span className={styles.who}>
        <PersonName name={study.patient_name} />
      </span>
      <span className={styles.what}>
        <bdi>{study.study_description}</bdi>
        {study.study_description && study.study_date && ", "}
        <Day text={study.study_date} /> {timeWords(study.study_time)}
      </span>
      <span className={styles.much}>
        {much.join(", ")}
        {bytes !== undefined && <span className={styles.bytes}>, {byteCount(bytes)}</span>}
      </span>
    </>
  );
}

function Several({ studies, shown }: { readonly studies: readonly StudyWords[]; readonly shown: StudyWords | undefined }) {
  const sum = (of: (study: StudyWords) => number) => studies.reduce((all, study) => all + of(study), 0);
  return (
    <>
      <span className={styles.who}>{counted(studies.length, "study", "studies")}</span>
      <span className={styles.much}>
        {counted(
          sum((study) => study.series_count),
          "series",
          "series",
        )}
        ,{" "}
        {counted(
          sum((study) => study.instance_count),
          "image",
        )}
      </span>
      {shown && (
        <span className={styles.below}>
          below: <PersonName name={shown.patient_name} />
        </span>
      )}
    </>
  );
}

interface StripProps extends Props {
  readonly listed: readonly SeriesWords[] | undefined;
  readonly expected: number;
  readonly chosen: SeriesWords | undefined;
}

function Strip({ selection, listed, expected, chosen, onSeries, onOpen }: StripProps) {
  const strip = useRef<HTMLDivElement>(null);
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Enter" && chosen) onOpen(selection.current, chosen.series_instance_uid);
    else if (step && listed && chosen) {
      const next = listed[Math.max(0, Math.min(listed.length - 1, listed.indexOf(chosen) + step))];
      if (!next) return;
      onSeries(next.series_instance_uid);
      strip.current?.querySelector<HTMLElement>(`[data-series="${next.series_instance_uid}"]`)?.focus();
    } else return;
    event.preventDefault();
  };
  return (
    <div
      ref={strip}
      className={styles.strip}
      role="listbox"
      tabIndex={-1}
      aria-label="Series"
      aria-orientation="horizontal"
      onKeyDown={onKey}
    >
      {listed
        ? listed.map((one) => (
            <SeriesCard
              key={one.series_instance_uid}
              study={selection.current}
              series={one}
              isSelected={one === chosen}
              tabIndex={one === chosen ? 0 : -1}
              onSelect={() => onSeries(one.series_instance_uid)}
              onOpen={() => onOpen(selection.current, one.series_instance_uid)}
            />
          ))
        : Array.from({ length: Math.min(expected, 8) }, (_, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the blocks are all alike
            <span key={place} className={cards.card} aria-hidden="true">
              <span className={`${cards.picture} ${cards.bone}`} />
            </span>
          ))}
    </div>
  );
}
