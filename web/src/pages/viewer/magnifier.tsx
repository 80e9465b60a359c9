/** A glass over the picture while the button is held: the same grey levels, twice as large. */

import { useLayoutEffect, useRef } from "react";
import { draw } from "@/imaging/draw";
import styles from "./cell.module.css";
import type { PictureSlot } from "./slots";
import { useViewer } from "./state";

const SIDE = 180;
const POWER = 2;

export function Magnifier({ slot }: { readonly slot: PictureSlot }) {
  const at = useViewer((now) => (now.magnified?.cell === slot.cell ? now.magnified.at : undefined));
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const { pixels, voi, inverted, size, view } = slot;
    if (!canvas.current || !at || !pixels || !voi) return;
    // what lies under the pointer comes to the glass's middle
    const pan = { x: (slot.width / 2 + view.pan.x - at.x) * POWER, y: (slot.height / 2 + view.pan.y - at.y) * POWER };
    const near = { ...view, zoom: (view.zoom ?? 1) * POWER, pan };
    const drawing = { pixels, voi, inverted, view: near, aspect: size.aspect, smooth: true, shutter: slot.picture?.shutter };
    draw(canvas.current, drawing, { width: SIDE, height: SIDE, ratio: window.devicePixelRatio || 1 });
  }, [slot, at]);
  if (!at) return null;
  return (
    <canvas
      ref={canvas}
      className={styles.glass}
      style={{ left: at.x - SIDE / 2, top: at.y - SIDE / 2, width: SIDE, height: SIDE }}
    />
  );
}
