/**
 * What stands on a picture besides the picture: texts in the corners, letters of orientation, a scale, the slider of the slices.
 *
 * A slot comes in; nothing here changes anything but the slider. Texts are text nodes; names follow the eye in the rail.
 */

import { TriangleAlert } from "lucide-react";
import { type PointerEvent, useRef } from "react";
import { edgeLetters, lettersOfPlane } from "@/imaging/view";
import { Identifier, PersonName } from "@/parts/person_name";
import {
  ageWords,
  noticeWords,
  personName,
  positionWords,
  seriesWords,
  sliceWords,
  techniqueWords,
  windowWords,
} from "./corner_texts";
import styles from "./overlays.module.css";
import { type Scale, scaleOf } from "./scale";
import { scrollTo } from "./scrolling";
import type { PictureSlot } from "./slots";
import { change, useViewer } from "./state";
import { slabWords } from "./tool_bar";

const CUT_WORDS = { acquired: "As acquired", axial: "Axial MPR", coronal: "Coronal MPR", sagittal: "Sagittal MPR" } as const;

export function Texts({
  slot,
  label,
  notes,
}: {
  readonly slot: PictureSlot;
  readonly label: string;
  readonly notes: readonly string[];
}) {
  const cutting = useViewer((now) => now.cutting);
  const isCut = slot.cut !== "acquired";
  const frame = slot.frame ?? slot.stack.frames[0];
  const technique = slot.frame ? techniqueWords(slot.stack, slot.frame) : "";
  const series = seriesWords(slot.stack);
  const inVolume = cutting?.stackId === slot.stack.id;
  const upper = inVolume ? [CUT_WORDS[slot.cut], series] : [series, technique];
  return (
    <>
      <Patient slot={slot} />
      <div className={`${styles.corner} ${styles.topRight}`}>
        {upper.filter(Boolean).map((line) => (
          <p key={line}>{line}</p>
        ))}
        {frame && !isCut && noticeWords(frame).map((line) => <p key={line}>{line}</p>)}
        {isCut && cutting?.slab && <p className={styles.notice}>{slabWords(cutting.slab)}</p>}
      </div>
      <div className={`${styles.corner} ${styles.bottomLeft}`}>
        {!isCut && slot.count > 1 && (
          <p>
            {slot.stack.isClip ? "Frame" : "Image"} <b>{slot.index + 1}</b> of {slot.count}
          </p>
        )}
        <p>{placeWords(slot)}</p>
        {isCut && <p>{`${(slot.plane?.columnSpacing ?? 0).toFixed(1)} mm`}</p>}
        {[...slot.stack.warnings, ...notes].map((warning) => (
          <p key={warning} className={styles.warning}>
            <TriangleAlert aria-hidden="true" />
            {warning}
          </p>
        ))}
      </div>
      <div className={`${styles.corner} ${styles.bottomRight}`}>
        {slot.voi && slot.pixels?.kind === "grey" && (
          <p>
            {windowWords(slot.voi.center, slot.voi.width)}
            {label && `  ${label}`}
          </p>
        )}
        <p>{`${(slot.view.zoom ?? 1).toFixed(2)}×`}</p>
      </div>
    </>
  );
}

function placeWords(slot: PictureSlot): string {
  const where = slot.plane && !slot.stack.isClip ? positionWords(slot.plane) : "";
  return [where, slot.frame ? sliceWords(slot.frame) : ""].filter(Boolean).join("  ");
}

function Patient({ slot }: { readonly slot: PictureSlot }) {
  const attributes = slot.stack.frames[0]?.attributes;
  if (!attributes) return null;
  const age = [ageWords(attributes), attributes.text("PatientSex")].filter(Boolean).join(" ");
  return (
    <div className={`${styles.corner} ${styles.topLeft}`}>
      <p className={styles.name}>
        <PersonName name={personName(attributes)} />
      </p>
      <p>
        <Identifier text={attributes.text("PatientID")} />
        {age && `  ${age}`}
      </p>
    </div>
  );
}

export function Letters({ slot }: { readonly slot: PictureSlot }) {
  const letters = slot.frame
    ? edgeLetters(slot.frame, slot.view)
    : slot.plane
      ? lettersOfPlane(slot.plane, slot.view)
      : { left: "", right: "", top: "", bottom: "" };
  return (
    <>
      <span className={`${styles.letter} ${styles.top}`}>{letters.top}</span>
      <span className={`${styles.letter} ${styles.left}`}>{letters.left}</span>
      <span className={`${styles.letter} ${styles.right}`}>{letters.right}</span>
      <span className={`${styles.letter} ${styles.bottom}`}>{letters.bottom}</span>
    </>
  );
}

/** The scale at the left edge, about the middle; none where a pixel has no millimetres. */
export function ScaleBar({ slot }: { readonly slot: PictureSlot }) {
  const scale: Scale | undefined = scaleOf(slot);
  if (!scale) return null;
  const top = slot.height / 2 - scale.length / 2;
  const marks = Array.from({ length: scale.parts + 1 }, (_, mark) => {
    const isEnd = mark === 0 || mark === scale.parts;
    return { y: top + (mark * scale.length) / scale.parts, long: isEnd ? 7 : mark * 2 === scale.parts ? 5 : 4 };
  });
  return (
    <svg className={styles.scale} width="60" height={slot.height} aria-label={`Scale of ${scale.words}`} role="img">
      <path d={`M8.5 ${top}V${top + scale.length}${marks.map(({ y, long }) => `M8.5 ${y}h${long}`).join("")}`} />
      <text x="8" y={top + scale.length + 16}>
        {scale.words}
      </text>
    </svg>
  );
}

const THUMB = 24;

/** Which of the slices is shown; dragged like a scroll bar. */
export function SliceSlider({ slot }: { readonly slot: PictureSlot }) {
  const track = useRef<HTMLDivElement>(null);
  if (slot.count < 2) return null;
  const part = slot.count > 1 ? slot.index / (slot.count - 1) : 0;
  const follow = (event: PointerEvent<HTMLDivElement>) => {
    const box = track.current?.getBoundingClientRect();
    if (!box || (event.type === "pointermove" && !event.currentTarget.hasPointerCapture(event.pointerId))) return;
    event.stopPropagation();
    if (event.type === "pointerdown") event.currentTarget.setPointerCapture(event.pointerId);
    const share = (event.clientY - box.top - THUMB / 2) / Math.max(box.height - THUMB, 1);
    change((now) => ({ active: slot.cell, ...scrollTo(now, slot.cell, share * (slot.count - 1)) }));
  };
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the cell has the focus, and its keys scroll
    <div
      className={styles.slider}
      role="slider"
      aria-label="Slice"
      aria-orientation="vertical"
      aria-valuemin={1}
      aria-valuemax={slot.count}
      aria-valuenow={slot.index + 1}
      onPointerDown={follow}
      onPointerMove={follow}
    >
      <div className={styles.track} ref={track}>
        <div
          className={slot.active ? `${styles.thumb} ${styles.active}` : styles.thumb}
          style={{ top: `calc((100% - ${THUMB}px) * ${part})` }}
        />
      </div>
    </div>
  );
}
