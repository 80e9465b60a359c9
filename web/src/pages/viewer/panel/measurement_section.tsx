/** The measurements of the study: each with its number, its attribute and its picture; and the button that keeps them as a report. */

import { Circle, DraftingCompass, type LucideIcon, Pipette, Ruler, Spline, Square, Triangle } from "lucide-react";
import { useMemo } from "react";
import { Button } from "@/parts/button";
import { Fault } from "@/parts/fault";
import { type useAnnotations, useKeeping } from "../measure/annotations";
import { NAMES, type ShapeKind } from "../measure/shapes";
import { alter, isUnkept, type Measured, ours, useMeasuring } from "../measure/store";
import { change, type Viewer, withCell } from "../state";
import { Heading } from "./heading";
import styles from "./panel.module.css";

const ICONS: Readonly<Record<ShapeKind, LucideIcon>> = {
  length: Ruler,
  angle: DraftingCompass,
  cobb: Triangle,
  ellipse: Circle,
  rectangle: Square,
  probe: Pipette,
  outline: Spline,
};

interface Props {
  readonly folded: boolean;
  readonly onFold: () => void;
  readonly annotations: ReturnType<typeof useAnnotations>;
}

export function MeasurementSection({ folded, onFold, annotations }: Props) {
  const all = useMeasuring((now) => now.all);
  const keeping = useMeasuring((now) => now.keeping);
  return (
    <section className={styles.section}>
      <Heading title="Measurements" count={all.length || ""} folded={folded} onFold={onFold}>
        <KeepButton />
      </Heading>
      {!folded && all.length === 0 && !annotations.error && (
        <p className={styles.hint}>Nothing is measured yet. Choose a tool, such as Length (L), and drag on a picture.</p>
      )}
      {!folded && annotations.error !== null && (
        <div className={styles.fault}>
          <Fault tried="What is kept about this study could not be read" error={annotations.error} again={annotations.again} />
        </div>
      )}
      {!folded && keeping.state === "failed" && (
        <div className={styles.fault}>
          <Fault tried="The measurements could not be kept" error={keeping.fault} />
        </div>
      )}
      {!folded && all.length > 0 && (
        <ul className={styles.measurements}>
          {all.map((one) => (
            <Row key={one.id} one={one} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** Why there is nothing to keep, or what keeping does. */
function KeepButton() {
  const now = useMeasuring();
  const keep = useKeeping();
  const count = ours(now.all).length;
  const unkept = isUnkept(now);
  if (count === 0 && !unkept) return null;
  const state = now.keeping.state;
  const refusal =
    count === 0
      ? "A report needs a measurement on an image; the one in the archive stays."
      : unkept
        ? ""
        : "All of them are in the archive.";
  const words = state === "busy" ? "Saving" : !unkept && now.reports.length > 0 ? "Saved" : "Save as SR";
  return (
    <Button
      small
      className={styles.keep}
      disabled={refusal !== "" || state === "busy"}
      title={refusal || "Keeps them in the archive as a structured report (TID 1500), beside the images."}
      onClick={keep}
    >
      {words}
    </Button>
  );
}

function Row({ one }: { readonly one: Measured }) {
  const selected = useMeasuring((now) => now.selected === one.id);
  const pointed = useMeasuring((now) => now.pointed === one.id);
  const Icon = ICONS[one.kind];
  const { listValue, listWords } = one.reading;
  const words = useMemo(() => [one.maker, listWords].filter(Boolean).join(", "), [one.maker, listWords]);
  const names = [styles.measurement, selected && styles.selected, pointed && styles.pointed];
  const show = () => {
    alter(() => ({ selected: one.id }));
    change((now) => shown(now, one));
  };
  return (
    <li>
      <button
        type="button"
        className={names.filter(Boolean).join(" ")}
        aria-pressed={selected}
        title={tipOf(one)}
        onClick={show}
        onPointerEnter={() => alter(() => ({ pointed: one.id }))}
        onPointerLeave={() => alter(() => ({ pointed: undefined }))}
      >
        <Icon aria-hidden="true" />
        <span className={styles.what}>{NAMES[one.kind]}</span>
        <span className={styles.value}>{listValue}</span>
        <span className={styles.words}>{words}</span>
      </button>
    </li>
  );
}

function tipOf({ kind, place, reading }: Measured): string {
  const isRegion = kind === "ellipse" || kind === "rectangle";
  const where = place.sopInstanceUid === undefined ? "Measured on a cut of the volume: it cannot be kept in a report." : "";
  return [reading.statement, isRegion ? "SD is that of the pixels inside (divided by their number)." : "", where]
    .filter(Boolean)
    .join(" ");
}

/** The active cell shows the image that was measured on, if a cell does not show it already. */
function shown(now: Viewer, one: Measured): Partial<Viewer> {
  const { sopInstanceUid, frame } = one.place;
  if (sopInstanceUid === undefined) return {};
  for (const [id, stack] of now.stacks) {
    const index = stack.frames.findIndex((each) => each.sopInstanceUid === sopInstanceUid && each.frame === frame);
    if (index < 0) continue;
    const there = now.cells.findIndex((cell) => cell.shows === id && cell.cut === "acquired");
    const at = now.cells[now.active]?.shows === id && now.cells[now.active]?.cut === "acquired" ? now.active : there;
    if (at >= 0) return { active: at, cells: withCell(now.cells, at, { index }) };
    if (now.cutting) return {};
    return { cells: withCell(now.cells, now.active, { shows: id, cut: "acquired", index }) };
  }
  return {};
}
