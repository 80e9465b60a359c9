/**
 * Lines that tie the cells together: where the active picture cuts the others, and the crosshair, which can be taken and moved.
 *
 * A slot comes in; the other cells' slots and the crosshair come from the state. Places are computed in the patient, never on the screen.
 */

import type { PointerEvent } from "react";
import { pixelAt, referenceLine } from "@/imaging/geometry";
import type { Point } from "@/model/images";
import styles from "./lines.module.css";
import { areParallel } from "./linking";
import { putCrosshair } from "./scrolling";
import type { PictureSlot } from "./slots";
import { useViewer } from "./state";

/** The active picture as a line in this one. */
export function ReferenceLines({ slot }: { readonly slot: PictureSlot }) {
  const isOn = useViewer((now) => now.lines && now.cutting === undefined && !now.full);
  const source = useViewer((now) => (now.active === slot.cell ? undefined : now.shown.get(now.active)));
  if (!isOn || !source?.plane || !slot.plane || areParallel(source.plane, slot.plane)) return null;
  const line = referenceLine(source.plane, slot.plane);
  if (!line) return null;
  const [from, to] = [slot.toScreen(line[0]), slot.toScreen(line[1])];
  return (
    <svg className={styles.layer} width={slot.width} height={slot.height} aria-hidden="true">
      <line className={styles.reference} x1={from.x} y1={from.y} x2={to.x} y2={to.y} />
    </svg>
  );
}

const EDGE = 32;
const SLIDER = 40;
/** Half of what is left free about the middle, so that it can be seen. */
const GAP = 14;
const NEAR_GAPS = 1.5;

/** The crosshair in a cell, where its point lies on the picture or close to it. */
export function CrosshairLines({ slot }: { readonly slot: PictureSlot }) {
  const isOn = useViewer((now) => now.crosshairOn && !(now.cutting && slot.cut === "acquired"));
  const crosshair = useViewer((now) => now.crosshair);
  const { plane } = slot;
  if (!isOn || !crosshair || !plane || !slot.pixels || plane.frameOfReferenceUid !== crosshair.frameOfReferenceUid) return null;
  const { column, row, distance } = pixelAt(plane, crosshair.at);
  if (slot.cut === "acquired" && Math.abs(distance) > NEAR_GAPS * (slot.stack.gap ?? 1)) return null;
  const { x, y } = slot.toScreen({ x: column, y: row });
  const [right, bottom] = [slot.width - SLIDER, slot.height - EDGE];
  const isTurned = slot.view.rotation % 2 === 1;
  return (
    <svg className={styles.layer} width={slot.width} height={slot.height} aria-hidden="true">
      <path
        className={styles.crosshair}
        d={`M${SLIDER} ${y}H${x - GAP}M${x + GAP} ${y}H${right}M${x} ${EDGE}V${y - GAP}M${x} ${y + GAP}V${bottom}`}
      />
      <circle className={styles.crosshair} cx={x} cy={y} r="2.5" />
      <Grip
        at={{ x, y }}
        slot={slot}
        cursor="ns-resize"
        path={`M${SLIDER} ${y}H${x - GAP}M${x + GAP} ${y}H${right}`}
        only={isTurned ? "across" : "down"}
      />
      <Grip
        at={{ x, y }}
        slot={slot}
        cursor="ew-resize"
        path={`M${x} ${EDGE}V${y - GAP}M${x} ${y + GAP}V${bottom}`}
        only={isTurned ? "down" : "across"}
      />
      <Grip at={{ x, y }} slot={slot} cursor="move" path={`M${x - 8} ${y}h16`} wide />
    </svg>
  );
}

interface GripProps {
  readonly slot: PictureSlot;
  readonly at: Point;
  readonly path: string;
  readonly cursor: string;
  readonly only?: "across" | "down";
  readonly wide?: boolean;
}

/** An unseen, broader line that takes the pointer. */
function Grip({ slot, path, cursor, only, wide }: GripProps) {
  const follow = (event: PointerEvent<SVGPathElement>) => {
    if (event.type === "pointerdown") {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
    } else if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    event.stopPropagation();
    const box = event.currentTarget.ownerSVGElement?.getBoundingClientRect();
    if (box && event.type === "pointermove")
      putCrosshair(slot.cell, { x: event.clientX - box.left, y: event.clientY - box.top }, only);
  };
  return (
    <path
      className={wide ? styles.wideGrip : styles.grip}
      d={path}
      style={{ cursor }}
      onPointerDown={follow}
      onPointerMove={follow}
      onPointerUp={follow}
    />
  );
}
