/** While a stack is played: how fast, slower, faster. The pace is the file's times the factor. */

import { Minus, Plus } from "lucide-react";
import { framesPerSecond } from "./cine";
import styles from "./overlays.module.css";
import type { PictureSlot } from "./slots";
import { change, useViewer } from "./state";

const FACTORS = [0.25, 0.5, 1, 2, 4] as const;

export function CineBar({ slot }: { readonly slot: PictureSlot }) {
  const factor = useViewer((now) => (now.active === slot.cell ? now.cine?.factor : undefined));
  if (factor === undefined) return null;
  const place = (FACTORS as readonly number[]).indexOf(factor);
  const by = (step: 1 | -1) => {
    const wanted = FACTORS[place + step];
    if (wanted !== undefined) change(() => ({ cine: { factor: wanted } }));
  };
  const rate = framesPerSecond(slot.stack) * factor;
  return (
    <div className={styles.cine} onPointerDown={(event) => event.stopPropagation()}>
      <button type="button" aria-label="Slower" title="Slower" disabled={place <= 0} onClick={() => by(-1)}>
        <Minus aria-hidden="true" />
      </button>
      <span>
        {Number(rate.toFixed(1))} a second{factor !== 1 && `, ${factor}×`}
      </span>
      <button type="button" aria-label="Faster" title="Faster" disabled={place >= FACTORS.length - 1} onClick={() => by(1)}>
        <Plus aria-hidden="true" />
      </button>
    </div>
  );
}
