/**
 * Segmentations and structure sets over one picture: masks on a canvas, contours as lines, each in its colour.
 *
 * A slot comes in; what is switched on and lies on the picture is drawn, pixel for pixel, under the measurements. Nothing here takes a pointer.
 */

import { useLayoutEffect, useMemo, useRef } from "react";
import type { PictureSlot } from "../slots";
import { contoursOn } from "./contours";
import { type DrawnMask, type Masks, maskOf, masksOn } from "./masks";
import styles from "./overlay_layer.module.css";
import { type Overlay, useOverlays } from "./overlay_store";

export function OverlayLayer({ picture }: { readonly picture: PictureSlot }) {
  const all = useOverlays((now) => now.all);
  const hidden = useOverlays((now) => now.hidden);
  const shown = useMemo(() => all.filter((one) => one.state === "on"), [all]);
  if (shown.length === 0) return null;
  return (
    <>
      <MaskCanvas picture={picture} overlays={shown} hidden={hidden} />
      <ContourLines picture={picture} overlays={shown} hidden={hidden} />
    </>
  );
}

interface Props {
  readonly picture: PictureSlot;
  readonly overlays: readonly Overlay[];
  readonly hidden: ReadonlySet<string>;
}

function ContourLines({ picture, overlays, hidden }: Props) {
  const { plane, frame, stack } = picture;
  const found = useMemo(() => {
    if (!plane) return [];
    return overlays.flatMap(({ contours, parts }) => {
      const colours = new Map(parts.map(({ key, colour }) => [key, colour]));
      const drawn = contoursOn(contours?.all ?? [], plane, frame?.sopInstanceUid, stack.gap);
      return drawn.map((each) => ({ ...each, colour: colours.get(each.part) ?? "#fff" }));
    });
  }, [overlays, plane, frame, stack]);
  return (
    <svg className={styles.layer} width={picture.width} height={picture.height} aria-hidden="true" data-contours={found.length}>
      {found
        .filter(({ part }) => !hidden.has(part))
        .map(({ part, places, isClosed, colour }, index) => {
          const path = places.map((place) => {
            const { x, y } = picture.toScreen(place);
            return `${x.toFixed(2)} ${y.toFixed(2)}`;
          });
          // biome-ignore lint/suspicious/noArrayIndexKey: a structure has several contours on a picture, which have no names
          return <path key={`${part} ${index}`} d={`M${path.join("L")}${isClosed ? "Z" : ""}`} stroke={colour} />;
        })}
    </svg>
  );
}

/** How much of the picture a mask hides. */
const SHARE = 0.4;

function MaskCanvas({ picture, overlays, hidden }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { frame, plane, stack } = picture;
  const found = useMemo(
    () =>
      overlays.flatMap(({ uid, masks, parts }) => {
        if (!masks) return [];
        const place = { sopInstanceUid: frame?.sopInstanceUid, frame: frame?.frame ?? 1, plane, gap: stack.gap };
        const colours = new Map(parts.map(({ key, colour }) => [key, colour]));
        return masksOn(masks, uid, place).map((mask) => ({ mask, masks, colour: colours.get(mask.part) ?? "#fff" }));
      }),
    [overlays, frame, plane, stack],
  );
  useLayoutEffect(() => {
    const target = canvas.current;
    if (!target) return;
    const ratio = window.devicePixelRatio || 1;
    target.width = Math.round(picture.width * ratio);
    target.height = Math.round(picture.height * ratio);
    const context = target.getContext("2d");
    if (!context) return;
    context.imageSmoothingEnabled = false;
    context.globalAlpha = SHARE;
    for (const { mask, masks, colour } of found) {
      if (hidden.has(mask.part)) continue;
      const from = picture.toScreen(mask.origin);
      const right = picture.toScreen({ x: mask.origin.x + mask.across.x, y: mask.origin.y + mask.across.y });
      const below = picture.toScreen({ x: mask.origin.x + mask.down.x, y: mask.origin.y + mask.down.y });
      const [a, b, c, d] = [right.x - from.x, right.y - from.y, below.x - from.x, below.y - from.y];
      // a pixel reaches half its size over its centre
      const [e, f] = [from.x - (a + c) / 2, from.y - (b + d) / 2];
      context.setTransform(a * ratio, b * ratio, c * ratio, d * ratio, e * ratio, f * ratio);
      context.drawImage(painted(masks, mask, colour), 0, 0);
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
  }, [picture, found, hidden]);
  if (found.length === 0) return null;
  return <canvas ref={canvas} className={styles.layer} data-masks={found.length} />;
}

/** A mask in its colour, as a picture of its own size. */
function painted(masks: Masks, drawn: DrawnMask, colour: string): HTMLCanvasElement {
  const { rows, columns } = masks.words;
  const shares = maskOf(masks, drawn.frame, drawn.segment);
  const image = new ImageData(columns, rows);
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  for (const [index, share] of shares.entries()) {
    if (share === 0) continue;
    image.data.set([red ?? 255, green ?? 255, blue ?? 255, share], 4 * index);
  }
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  return canvas;
}
