/** One row of the ladder: when, what crossed and which way, how much. Silence is dotted, an equal run is one dashed row. */
import { ChevronDown, ChevronRight } from "lucide-react";
import type { RungWords } from "@/api/words";
import { Dimse } from "@/parts/dimse";
import { Contexts } from "./contexts";
import styles from "./ladder.module.css";
import { offset, size } from "./words";

interface Props {
  readonly rung: RungWords;
  readonly chosen: boolean;
  readonly open: boolean;
  readonly onChoose: () => void;
  readonly onOpen: () => void;
}

export function Rung({ rung, chosen, open, onChoose, onOpen }: Props) {
  switch (rung.kind) {
    case "pdu":
    case "message":
    case "foreign":
      return <Crossing rung={rung} chosen={chosen} open={open} onChoose={onChoose} onOpen={onOpen} />;
    case "run":
      return (
        <li className={styles.rung}>
          <span className={styles.at} />
          <div className={styles.lane}>
            <button type="button" className={styles.run} aria-expanded={open} onClick={onOpen} data-rung="run">
              {open ? <ChevronDown aria-hidden="true" /> : <ChevronRight aria-hidden="true" />}
              <b>{rung.title}</b> <span>{rung.words}</span>
            </button>
          </div>
          <span className={styles.size} />
        </li>
      );
    default:
      return (
        <li className={styles.rung} data-kind={rung.kind}>
          <span className={styles.at}>{rung.kind === "connect" || rung.kind === "end" ? offset(rung.at) : ""}</span>
          <div className={styles.lane}>
            <p className={styles.caption} data-tone={rung.tone}>
              {rung.words}
            </p>
          </div>
          <span className={styles.size} />
        </li>
      );
  }
}

/** A PDU or a message: its words on the side that it comes from, and an arrow to the other. */
function Crossing({ rung, chosen, open, onChoose, onOpen }: Props) {
  const way = rung.forth ? "forth" : "back";
  const press = (event: React.KeyboardEvent) => {
    if (event.key !== "Enter" || rung.contexts.length === 0) return;
    event.preventDefault();
    onChoose();
    onOpen();
  };
  return (
    <li>
      <button
        type="button"
        className={styles.rung}
        data-rung="crossing"
        data-tone={rung.tone}
        aria-current={chosen || undefined}
        onClick={onChoose}
        onKeyDown={press}
      >
        <span className={styles.at}>{offset(rung.at)}</span>
        <span className={styles.lane} data-way={way}>
          <span className={styles.what}>
            <b>
              <Dimse name={rung.title} />
            </b>{" "}
            <span className={styles.said}>{rung.words}</span>
            {rung.remark && <span className={styles.remark}>, {rung.remark}</span>}
            <span className="visually-hidden">{rung.forth ? ", to the called side" : ", back to the caller"}</span>
          </span>
          <span className={styles.arrow} aria-hidden="true" />
        </span>
        <span className={styles.size}>{size(rung.byte_count)}</span>
      </button>
      {rung.contexts.length > 0 && (
        <div className={styles.rung}>
          <span className={styles.at} />
          <div className={styles.lane}>
            <Contexts lines={rung.contexts} all={open} onAll={onOpen} />
          </div>
          <span className={styles.size} />
        </div>
      )}
    </li>
  );
}
