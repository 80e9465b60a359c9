/** One row of the list: a study in its columns, or blocks of their size while it is fetched. */
// biome-ignore-all lint/a11y/useSemanticElements: rows that are only there while they are seen make no table element
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the grid takes the keys for all its rows
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid is
import { Check } from "lucide-react";
import type { CSSProperties, MouseEvent } from "react";
import type { StudyWords } from "@/api/words";
import type { Column } from "./columns";
import styles from "./table.module.css";

interface Props {
  readonly id: string;
  readonly place: number;
  readonly study: StudyWords | undefined;
  readonly columns: readonly Column[];
  /** Images a second while it arrives. */
  readonly rate: number | undefined;
  readonly now: Date;
  readonly isNarrow: boolean;
  readonly isSelected: boolean;
  readonly isCursor: boolean;
  readonly style: CSSProperties;
  readonly onRow: (event: MouseEvent, study: StudyWords, place: number) => void;
  readonly onBox: (study: StudyWords, place: number) => void;
  readonly onOpen: (study: StudyWords) => void;
}

export function TableRow(props: Props) {
  const { study, place, columns, isSelected } = props;
  const names = [styles.row, styles.body, isSelected && styles.selected, props.isCursor && styles.cursor];
  return (
    <div
      id={props.id}
      role="row"
      aria-rowindex={place + 2}
      aria-selected={isSelected}
      data-uid={study?.study_instance_uid}
      className={names.filter(Boolean).join(" ")}
      style={props.style}
      onClick={study && ((event) => props.onRow(event, study, place))}
      onDoubleClick={study && (() => props.onOpen(study))}
    >
      {study ? (
        <Cells
          study={study}
          columns={columns}
          rate={props.rate}
          now={props.now}
          isNarrow={props.isNarrow}
          isSelected={isSelected}
          onToggle={() => props.onBox(study, place)}
        />
      ) : (
        <Blank columns={columns} />
      )}
    </div>
  );
}

interface CellsProps {
  readonly study: StudyWords;
  readonly columns: readonly Column[];
  readonly rate: number | undefined;
  readonly now: Date;
  readonly isNarrow: boolean;
  readonly isSelected: boolean;
  readonly onToggle: () => void;
}

function Cells({ study, columns, rate, now, isNarrow, isSelected, onToggle }: CellsProps) {
  return (
    <>
      <span role="gridcell">
        <button
          type="button"
          role="checkbox"
          tabIndex={-1}
          aria-checked={isSelected}
          aria-label="Selected"
          className={`${styles.box} ${isSelected ? styles.checked : ""}`}
          onClick={(event) => {
            event.stopPropagation();
            onToggle();
          }}
          onDoubleClick={(event) => event.stopPropagation()}
        >
          {isSelected && <Check aria-hidden="true" />}
        </button>
      </span>
      {columns.map((column) => (
        <span key={column.id} role="gridcell" className={`${styles.cell} ${column.isNumber ? styles.number : ""}`}>
          {column.cell({ study, rate, now, isNarrow })}
        </span>
      ))}
    </>
  );
}

function Blank({ columns }: { readonly columns: readonly Column[] }) {
  return (
    <>
      <span />
      {columns.map((column) => (
        <span key={column.id} className={styles.cell}>
          <span className={styles.block} style={{ display: "block" }} />
        </span>
      ))}
    </>
  );
}
