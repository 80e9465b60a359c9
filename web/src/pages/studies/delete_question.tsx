/** The second look before studies, or one series, are removed: what and how much, and that it is for good. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { change } from "@/api/http";
import type { SeriesWords, StudyWhole, StudyWords } from "@/api/words";
import { byteCount, counted } from "@/base/text";
import { dateWords } from "@/model/dates";
import { Confirm } from "@/parts/confirm";
import { PersonName } from "@/parts/person_name";
import styles from "./delete_question.module.css";
import { titleOf } from "./series_words";

interface Props {
  readonly studies: readonly StudyWords[];
  readonly whole: StudyWhole | undefined;
  readonly chosen: SeriesWords | undefined;
  readonly onRemoved: (uids: readonly string[]) => void;
  readonly onClose: () => void;
}

const NAMED = 4;

export function DeleteQuestion({ studies, whole, chosen, onRemoved, onClose }: Props) {
  const client = useQueryClient();
  const [onlySeries, setOnlySeries] = useState(false);
  const [study] = studies;
  const hasOthers = whole !== undefined && whole.series.length > 1 && chosen !== undefined;
  const images = onlySeries && chosen ? chosen.instance_count : studies.reduce((sum, one) => sum + one.instance_count, 0);
  const series = studies.reduce((sum, one) => sum + one.series_count, 0);
  const bytes = onlySeries ? chosen?.byte_count : whole?.byte_count;
  const remove = async () => {
    const removed: string[] = [];
    try {
      if (onlySeries && chosen && study) {
        await change("DELETE", `/api/studies/${study.study_instance_uid}/series/${chosen.series_instance_uid}`);
        void client.invalidateQueries({ queryKey: ["study", study.study_instance_uid] });
      } else {
        for (const one of studies) {
          await change("DELETE", `/api/studies/${one.study_instance_uid}`);
          removed.push(one.study_instance_uid);
        }
      }
    } finally {
      onRemoved(removed);
      for (const uid of removed) client.removeQueries({ queryKey: ["study", uid] });
      void client.invalidateQueries({ queryKey: ["studies"] });
    }
  };
  const what = onlySeries ? "this series" : studies.length > 1 ? `these ${studies.length} studies` : "this study";
  const much = onlySeries ? counted(images, "image") : `${counted(series, "series", "series")} with ${counted(images, "image")}`;
  return (
    <Confirm question={`Delete ${what}?`} act={`Delete ${counted(images, "image")}`} onAct={remove} onClose={onClose}>
      <ul className={styles.named}>
        {studies.slice(0, NAMED).map((one) => (
          <li key={one.study_instance_uid}>
            <strong>
              <PersonName name={one.patient_name} />
            </strong>
            <bdi>{[one.study_description, dateWords(one.study_date)].filter(Boolean).join(", ")}</bdi>
          </li>
        ))}
        {studies.length > NAMED && <li>and {counted(studies.length - NAMED, "other study", "other studies")}</li>}
      </ul>
      {hasOthers && chosen && (
        <fieldset className={styles.choice}>
          <legend className="visually-hidden">How much of it</legend>
          <label>
            <input type="radio" name="much" checked={!onlySeries} onChange={() => setOnlySeries(false)} />
            The whole study, {counted(whole.series.length, "series", "series")}
          </label>
          <label>
            <input type="radio" name="much" checked={onlySeries} onChange={() => setOnlySeries(true)} />
            <span>
              Only series {chosen.series_number} <bdi>{titleOf(chosen)}</bdi>, {counted(chosen.instance_count, "image")}
            </span>
          </label>
        </fieldset>
      )}
      <p>
        {much}
        {bytes !== undefined && `, ${byteCount(bytes)},`} will be removed from this archive. This cannot be undone; what other
        devices hold stays there.
      </p>
    </Confirm>
  );
}
