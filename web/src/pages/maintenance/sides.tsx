/** Both sides of one contradiction: the picture and the origin of each, every value that differs beside the other, and the choice. */
import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight, ImageOff } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { get } from "@/api/http";
import type { KeptWords, SetAsideDetails, SetAsideWords } from "@/api/words";
import { byteCount, count, moment } from "@/base/text";
import { usePrivacy } from "@/model/privacy";
import { IconButton } from "@/parts/button";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import { Identifier, PersonName } from "@/parts/person_name";
import { ChoiceBar } from "./choice_bar";
import { compared, type Group, isDocument, isOfPatient, KIND_SENTENCES, label, type Run } from "./contradictions";
import styles from "./sides.module.css";

interface Props {
  readonly item: SetAsideWords;
  readonly group: Group;
  readonly onShow: (id: number) => void;
  readonly onDeciding: () => void;
  readonly onDecided: () => Promise<void>;
}

export function Sides({ item, group, onShow, onDeciding, onDecided }: Props) {
  const asked = useQuery({
    queryKey: ["set-aside-one", item.id],
    queryFn: ({ signal }) => get<SetAsideDetails>(`/api/set-aside/${item.id}`, undefined, signal),
  });
  return (
    <section className={styles.panel} aria-label="Both sides">
      <header className={styles.heading}>
        <Lamp state="partly" />
        <h2>{KIND_SENTENCES[group.kind]}</h2>
        {group.items.length > 1 && <Steps item={item} group={group} onShow={onShow} />}
      </header>
      <div className={styles.body}>
        {asked.error && <Fault tried="Both sides could not be shown" error={asked.error} again={() => void asked.refetch()} />}
        <div className={styles.sides}>
          <Kept item={item} kept={asked.data?.kept} />
          <Side
            title="Set aside"
            picture={isDocument(item.sop_class_uid) ? "" : `/api/set-aside/${item.id}/picture`}
            name={item.patient_name}
            id={item.patient_id}
            words={origin(item)}
            uid={item.sop_instance_uid}
          />
        </div>
        <Differences item={item} />
      </div>
      <ChoiceBar item={item} group={group} choices={asked.data?.choices ?? []} onDeciding={onDeciding} onDecided={onDecided} />
    </section>
  );
}

function Steps({
  item,
  group,
  onShow,
}: {
  readonly item: SetAsideWords;
  readonly group: Group;
  readonly onShow: (id: number) => void;
}) {
  const place = group.items.findIndex((one) => one.id === item.id);
  const [before, after] = [group.items[place - 1], group.items[place + 1]];
  return (
    <div className={styles.steps}>
      <IconButton label="The one before" disabled={!before} onClick={() => before && onShow(before.id)}>
        <ChevronLeft />
      </IconButton>
      <span>
        {count(place + 1)} of {count(group.items.length)}
      </span>
      <IconButton label="The next one" disabled={!after} onClick={() => after && onShow(after.id)}>
        <ChevronRight />
      </IconButton>
    </div>
  );
}

/** The instance of the same UID, or the study where none has it. */
function Kept({ item, kept }: { readonly item: SetAsideWords; readonly kept: KeptWords | null | undefined }) {
  if (kept === undefined) return <div className={styles.blank} aria-busy="true" />;
  const [study, series] = kept ? [kept.study_instance_uid, kept.series_instance_uid] : [item.study_instance_uid, ""];
  const place = kept ? `/series/${series}/instances/${item.sop_instance_uid}` : "";
  const value = (keyword: string) => item.differences.find((one) => one.keyword === keyword)?.kept;
  return (
    <Side
      title={kept ? "In the archive" : "The study in the archive"}
      picture={kept && isDocument(kept.sop_class_uid) ? "" : `/dicom-web/studies/${study}${place}/thumbnail?viewport=512,512`}
      open={`/viewer?${new URLSearchParams(series ? { study, series } : { study })}`}
      name={kept ? kept.patient_name : (value("PatientName") ?? item.patient_name)}
      id={kept ? kept.patient_id : (value("PatientID") ?? item.patient_id)}
      words={kept ? origin(kept) : "This image itself is not in it."}
      uid={kept ? item.sop_instance_uid : item.study_instance_uid}
    />
  );
}

function origin(one: SetAsideWords | KeptWords): string {
  const from = one.calling_ae_title ? `from ${one.calling_ae_title}, ${one.address}` : "from this computer";
  return `${moment(new Date(one.received), new Date())} ${from}, ${byteCount(one.byte_count)}`;
}

interface SideProps {
  readonly title: string;
  /** Empty where there is none. */
  readonly picture: string;
  /** Where it can be looked at. */
  readonly open?: string;
  readonly name: string;
  readonly id: string;
  readonly words: string;
  readonly uid: string;
}

function Side({ title, picture, open, name, id, words, uid }: SideProps) {
  const [state, setState] = useState<"waiting" | "there" | "none">(picture ? "waiting" : "none");
  return (
    <article className={styles.side}>
      <header>
        <h3>{title}</h3>
        {open && <Link to={open}>Open in the viewer</Link>}
      </header>
      <div className={state === "waiting" ? styles.waiting : styles.picture}>
        {state === "none" ? (
          <span className={styles.none}>
            <ImageOff aria-hidden="true" /> no picture of it
          </span>
        ) : (
          <img src={picture} alt={title} onLoad={() => setState("there")} onError={() => setState("none")} />
        )}
      </div>
      <p className={styles.person}>
        <PersonName name={name} /> <Identifier text={id} />
      </p>
      <p className={styles.origin}>
        <bdi>{words}</bdi>
      </p>
      <p className={styles.uid} title={uid}>
        {uid}
      </p>
    </article>
  );
}

function Differences({ item }: { readonly item: SetAsideWords }) {
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th>What differs</th>
          <th>In the archive</th>
          <th>Set aside</th>
        </tr>
      </thead>
      <tbody>
        {item.differences.map((difference) => {
          const [kept, arriving] = compared(difference);
          return (
            <tr key={difference.keyword}>
              <th scope="row">{label(difference.keyword)}</th>
              <Value runs={kept} keyword={difference.keyword} />
              <Value runs={arriving} keyword={difference.keyword} />
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Value({ runs, keyword }: { readonly runs: readonly Run[]; readonly keyword: string }) {
  const names = usePrivacy((now) => now.names);
  if (runs.length === 0) return <td className={styles.empty}>empty</td>;
  if (!names && isOfPatient(keyword)) return <td className="mono">•••••</td>;
  return (
    <td className="mono">
      <bdi>
        {runs.map((run, place) => {
          // biome-ignore lint/suspicious/noArrayIndexKey: runs of one value are told apart by their place alone
          return run.differs ? <mark key={place}>{run.text}</mark> : <span key={place}>{run.text}</span>;
        })}
      </bdi>
    </td>
  );
}
