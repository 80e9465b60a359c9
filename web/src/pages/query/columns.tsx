/** The columns of the answers, level by level, and what stands in each cell. */
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { count } from "@/base/text";
import { timeWords } from "@/model/dates";
import { Day } from "@/parts/day";
import { Identifier, PersonName } from "@/parts/person_name";
import { Tag } from "@/parts/tag";
import { type Column, type Row, standing } from "./answers";
import type { Level } from "./question";
import styles from "./results.module.css";

export const NARROW_CLASS = "wide";

export interface Heading {
  readonly column: Column;
  readonly words: string;
  readonly isNumber?: boolean;
  /** Columns that go where the window is narrow. */
  readonly narrow?: string;
  readonly cell: (row: Row, here: ReadonlyMap<string, number>) => ReactNode;
}

const number = (value: number | undefined) => (value === undefined ? <span className={styles.untold}>–</span> : count(value));

const PATIENT: Heading = {
  column: "patient",
  words: "Patient",
  cell: (row) => <PersonName name={row.patientName} age={row.age} sex={row.sex} />,
};
const ID: Heading = { column: "id", words: "ID", cell: (row) => <Identifier text={row.patientId} /> };
const DATE: Heading = {
  column: "date",
  words: "Study date",
  cell: (row) => (
    <>
      <Day text={row.date} /> <span className={styles.time}>{timeWords(row.time)}</span>
    </>
  ),
};
const MODALITY: Heading = {
  column: "modality",
  words: "Mod",
  cell: (row) => (
    <span className={styles.tags} title={row.modalities.join(", ")}>
      {row.modalities[0] && <Tag text={row.modalities[0]} />}
      {row.modalities.length > 1 && <span className={styles.others}>+{row.modalities.length - 1}</span>}
    </span>
  ),
};
const DESCRIPTION: Heading = {
  column: "description",
  words: "Description",
  cell: (row) => <bdi title={row.description}>{row.description}</bdi>,
};
const ACCESSION: Heading = {
  column: "accession",
  words: "Accession",
  narrow: "1280",
  cell: (row) => (
    <span className={styles.quiet}>
      <Identifier text={row.accession} />
    </span>
  ),
};
const STUDIES: Heading = { column: "studies", words: "Studies", isNumber: true, cell: (row) => number(row.studies) };
const SERIES: Heading = { column: "series", words: "Series", isNumber: true, narrow: "1280", cell: (row) => number(row.series) };
const IMAGES: Heading = { column: "images", words: "Images", isNumber: true, cell: (row) => number(row.images) };
const BORN: Heading = {
  column: "date",
  words: "Born",
  cell: (row) => <Day text={row.birthDate} />,
};
const HERE: Heading = { column: "here", words: "In this archive", cell: (row, here) => <Here row={row} here={here} /> };

export const COLUMNS: Readonly<Record<Level, readonly Heading[]>> = {
  patient: [PATIENT, ID, BORN, STUDIES, SERIES, IMAGES, HERE],
  study: [PATIENT, ID, DATE, MODALITY, DESCRIPTION, ACCESSION, SERIES, IMAGES, HERE],
  series: [PATIENT, ID, DATE, MODALITY, DESCRIPTION, ACCESSION, IMAGES, HERE],
};

function Here({ row, here }: { readonly row: Row; readonly here: ReadonlyMap<string, number> }) {
  const found = standing(row, here);
  if (found.kind === "none") return <span className={styles.absent}>Not here</span>;
  if (found.kind === "some") return <span className={styles.here}>{count(found.here)} here</span>;
  if (found.kind === "all") {
    return (
      <span className={styles.here}>
        <Check className={styles.tick} aria-hidden="true" />
        All here
      </span>
    );
  }
  return (
    <span className={styles.here}>
      <span className={styles.share} aria-hidden="true">
        <span style={{ width: `${(100 * found.here) / found.total}%` }} />
      </span>
      {count(found.here)} of {count(found.total)} here
    </span>
  );
}
