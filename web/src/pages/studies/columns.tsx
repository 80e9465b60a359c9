/**
 * The columns of the list: what stands in them, how wide they are, what they sort by, and which are shown.
 *
 * Which columns a person wants is kept in this browser; below 1280 pixels time, accession, series and received give way
 * (mock/README, States and gestures).
 */
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { create } from "zustand";
import type { StudySort, StudyWords } from "@/api/words";
import { ago, count, day, moment } from "@/base/text";
import { dateWords, timeWords, yearsOld } from "@/model/dates";
import { Day } from "@/parts/day";
import { Lamp } from "@/parts/lamp";
import { Identifier, PersonName } from "@/parts/person_name";
import { Tag } from "@/parts/tag";
import { senderWords } from "./filters";
import styles from "./table.module.css";

export interface Row {
  readonly study: StudyWords;
  /** Images a second while it arrives. */
  readonly rate: number | undefined;
  readonly now: Date;
  readonly isNarrow: boolean;
}

export interface Column {
  readonly id: string;
  readonly title: string;
  readonly sort?: StudySort;
  /** Which way the first click sorts. */
  readonly falling?: boolean;
  /** Track of the grid, wide and narrow; no narrow one: not shown there. */
  readonly wide: string;
  readonly narrow?: string;
  readonly isNumber?: boolean;
  readonly optional?: boolean;
  readonly cell: (row: Row) => ReactNode;
}

const age = ({ study }: Row) => yearsOld(study.patient_birth_date, study.study_date);

export const COLUMNS: readonly Column[] = [
  {
    id: "patient",
    title: "Patient",
    sort: "patient",
    wide: "minmax(228px, 1.1fr)",
    narrow: "minmax(212px, 1.1fr)",
    cell: (row) => (
      <span className={styles.patient}>
        <PersonName name={row.study.patient_name} age={age(row)} sex={row.study.patient_sex} />
      </span>
    ),
  },
  { id: "id", title: "ID", sort: "id", wide: "92px", narrow: "80px", cell: ({ study }) => <Identifier text={study.patient_id} /> },
  {
    id: "birth",
    title: "Born",
    wide: "92px",
    narrow: "88px",
    optional: true,
    cell: ({ study }) => <Identifier text={dateWords(study.patient_birth_date)} />,
  },
  {
    id: "date",
    title: "Study date",
    sort: "date",
    falling: true,
    wide: "152px",
    narrow: "112px",
    cell: ({ study, isNarrow }) => (
      <span>
        <Day text={study.study_date} />
        {!isNarrow && study.study_time && <span className={styles.time}>{timeWords(study.study_time)}</span>}
      </span>
    ),
  },
  {
    id: "modality",
    title: "Mod",
    sort: "modality",
    wide: "60px",
    narrow: "48px",
    cell: ({ study }) => <Modalities of={study.modalities} />,
  },
  {
    id: "description",
    title: "Description",
    sort: "description",
    wide: "minmax(200px, 1fr)",
    narrow: "minmax(160px, 1fr)",
    cell: ({ study }) => <bdi>{study.study_description}</bdi>,
  },
  {
    id: "accession",
    title: "Accession",
    sort: "accession",
    wide: "96px",
    cell: ({ study }) => (
      <span className={styles.second}>
        <Identifier text={study.accession_number} />
      </span>
    ),
  },
  {
    id: "series",
    title: "Series",
    sort: "series",
    falling: true,
    wide: "68px",
    isNumber: true,
    cell: ({ study }) => count(study.series_count),
  },
  {
    id: "images",
    title: "Images",
    sort: "images",
    falling: true,
    wide: "76px",
    narrow: "68px",
    isNumber: true,
    cell: ({ study }) => count(study.instance_count),
  },
  { id: "from", title: "From", sort: "from", wide: "132px", narrow: "104px", cell: ({ study }) => <From study={study} /> },
  {
    id: "received",
    title: "Received",
    sort: "received",
    falling: true,
    wide: "88px",
    cell: (row) => <Received {...row} />,
  },
  { id: "state", title: "State", wide: "124px", narrow: "112px", cell: (row) => <State {...row} /> },
];

function Modalities({ of }: { readonly of: readonly string[] }) {
  // what is made from images says least about a study
  const images = of.filter((one) => !["SR", "KO", "PR", "SEG", "RTSTRUCT", "DOC"].includes(one));
  const [first] = images.length ? images : of;
  if (first === undefined) return null;
  return (
    <span title={of.join(", ")}>
      <Tag text={first} />
      {images.length > 1 && <span className={styles.more}>+{images.length - 1}</span>}
    </span>
  );
}

function From({ study }: { readonly study: StudyWords }) {
  if (study.calling_ae_title) return <bdi className="mono">{study.calling_ae_title}</bdi>;
  return <span className={styles.second}>{senderWords(study.source)}</span>;
}

function Received({ study, rate, now }: Row) {
  if (rate !== undefined) return <span className={styles.moving}>now</span>;
  const then = new Date(study.received);
  const isToday = day(then) === day(now);
  return (
    <span className={styles.second} title={`${moment(then, now)}, ${ago(then, now)}`}>
      {isToday ? moment(then, now) : <Day text={day(then)} />}
    </span>
  );
}

function State({ study, rate }: Row) {
  if (rate !== undefined) {
    return (
      <span className={`${styles.state} ${styles.moving}`}>
        <Lamp state="busy" />
        {rate >= 0.5 ? `${count(Math.round(rate))}/s` : "arriving"}
      </span>
    );
  }
  if (study.set_aside) {
    return (
      <span className={`${styles.state} ${styles.doubtful}`}>
        <Lamp state="partly" />
        {count(study.set_aside)} set aside
      </span>
    );
  }
  return <Check className={styles.tick} aria-label="complete as it came" />;
}

const KEY = "isocenter.studies.columns";
const DEFAULT: readonly string[] = COLUMNS.filter((column) => !column.optional).map((column) => column.id);

function remembered(): readonly string[] {
  const text = globalThis.localStorage?.getItem(KEY);
  const found = text?.split(",").filter((id) => COLUMNS.some((column) => column.id === id));
  return found?.length ? found : DEFAULT;
}

interface Chosen {
  readonly ids: readonly string[];
  readonly toggle: (id: string) => void;
  readonly reset: () => void;
}

/** The columns that somebody chose; the patient's always stays. */
export const useColumns = create<Chosen>((set) => ({
  ids: remembered(),
  toggle: (id) =>
    set((now) => {
      const ids = now.ids.includes(id) ? now.ids.filter((one) => one !== id) : [...now.ids, id];
      globalThis.localStorage?.setItem(KEY, ids.join(","));
      return { ids };
    }),
  reset: () =>
    set(() => {
      globalThis.localStorage?.removeItem(KEY);
      return { ids: DEFAULT };
    }),
}));

export function shown(ids: readonly string[], isNarrow: boolean): readonly Column[] {
  return COLUMNS.filter((column) => ids.includes(column.id) && (!isNarrow || column.narrow));
}

/** The tracks of the grid: the checkbox, then the columns. */
export function tracks(columns: readonly Column[], isNarrow: boolean): string {
  return ["36px", ...columns.map((column) => (isNarrow ? (column.narrow ?? "") : column.wide))].join(" ");
}
