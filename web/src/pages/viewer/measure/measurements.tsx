/**
 * The measurements over one picture: an SVG of the cell's size, its topmost layer.
 *
 * A slot comes in; shapes, handles, leaders and words stand where their picture is. What the pointer does here goes to `hand`; it takes
 * what it knows and leaves the rest to the cell.
 */

import { useEffect, useMemo, useRef } from "react";
import type { Point } from "@/model/images";
import { isMeasuring, type PictureSlot } from "../slots";
import { useViewer } from "../state";
import { attach } from "./hand";
import { measuredOn } from "./hits";
import { KeyMark } from "./key_mark";
import { type Placed, placeAll } from "./layout";
import { lightOfPicture } from "./light";
import styles from "./measurements.module.css";
import { OverlayLayer } from "./overlay_layer";
import { readingOf } from "./readings";
import { handlesOf, linesOf, NAMES, type ShapeKind, shapeOf } from "./shapes";
import { alter, type Measured, placeOf, readAgain, useMeasuring } from "./store";

export function Measurements({ picture }: { readonly picture: PictureSlot }) {
  const layer = useRef<SVGSVGElement>(null);
  const now = useRef(picture);
  now.current = picture;
  const all = useMeasuring((state) => state.all);
  const selected = useMeasuring((state) => state.selected);
  const pointed = useMeasuring((state) => state.pointed);
  const pointedKeyword = useMeasuring((state) => state.pointedKeyword);
  const draft = useMeasuring((state) => (state.draft?.cell === picture.cell ? state.draft : undefined));
  const takes = useViewer((state) => isMeasuring(state.tool));
  useEffect(() => (layer.current ? attach(layer.current, () => now.current) : undefined), []);
  const here = useMemo(() => measuredOn(picture, all), [picture, all]);
  const light = useMemo(() => (here.length > 0 ? lightOfPicture(picture) : undefined), [picture, here.length]);
  const before = useRef(new Map<string, Point>());
  const placed = useMemo(() => placeAll(picture, here, selected, light, before.current), [picture, here, selected, light]);
  useEffect(() => {
    if (!picture.pixels || !here.some((one) => one.isFromReport && !one.maker)) return;
    const ids = new Set(here.map(({ id }) => id));
    alter((state) => readAgain(state, (one) => (ids.has(one.id) ? readingOf(picture, one.kind, one.points) : undefined)));
  }, [picture, here]);
  const drawn = draft?.place.key === placeOf(picture).key ? draft : undefined;
  return (
    <>
      <OverlayLayer picture={picture} />
      <KeyMark picture={picture} />
      {/* biome-ignore lint/a11y/noSvgWithoutTitle: the shapes inside have names of their own */}
      <svg
        ref={layer}
        className={takes ? `${styles.layer} ${styles.takes}` : styles.layer}
        width={picture.width}
        height={picture.height}
        tabIndex={-1}
        data-measurements={picture.cell}
      >
        {placed.map((each) => (
          <Shape
            key={each.one.id}
            placed={each}
            picture={picture}
            isSelected={each.one.id === selected}
            isPointed={each.one.id === pointed || (!!pointedKeyword && each.one.reading.source?.keyword === pointedKeyword)}
          />
        ))}
        {drawn && <DraftShape picture={picture} kind={drawn.kind} places={drawn.places} />}
      </svg>
    </>
  );
}

function pathOf(picture: PictureSlot, kind: ShapeKind, points: readonly Point[]): string {
  return linesOf(kind, points)
    .map((line) => `M${line.map((place) => pair(picture.toScreen(place))).join("L")}`)
    .join("");
}

const pair = ({ x, y }: Point): string => `${x.toFixed(2)} ${y.toFixed(2)}`;

/** SVG has no element for it. */
const BUTTON = { role: "button", tabIndex: 0 } as const;

interface ShapeProps {
  readonly placed: Placed;
  readonly picture: PictureSlot;
  readonly isSelected: boolean;
  readonly isPointed: boolean;
}

function Shape({ placed, picture, isSelected, isPointed }: ShapeProps) {
  const { one, lines, box, from, to } = placed;
  const path = pathOf(picture, one.kind, one.points);
  const names = [styles.shape, (isSelected || isPointed) && styles.inHand, one.maker && styles.foreign];
  const held = {
    ...BUTTON,
    "aria-pressed": isSelected,
    "data-measured": one.id,
    "data-cell": picture.cell,
    onFocus: () => useMeasuring.setState({ selected: one.id }),
  };
  return (
    <g className={names.filter(Boolean).join(" ")}>
      <g {...held} aria-label={nameOf(one)}>
        <path className={styles.under} d={path} />
        <path className={styles.line} d={path} />
        <Ends picture={picture} one={one} />
      </g>
      {one.kind !== "probe" && <line className={styles.leader} x1={from.x} y1={from.y} x2={to.x} y2={to.y} />}
      {isSelected && !one.maker && <Handles picture={picture} one={one} />}
      <text className={styles.words} x={box.x} y={box.y}>
        {lines.map((line, index) => (
          <tspan key={line.role} x={box.x} y={box.y + (index === 0 ? 13 : 14 + 16 * index)} className={styles[line.role]}>
            {line.text}
          </tspan>
        ))}
      </text>
    </g>
  );
}

const nameOf = ({ kind, reading }: Measured): string =>
  [NAMES[kind], reading.listValue, reading.listWords].filter(Boolean).join(", ");

const TICK = 5;

/** A length that is not in hand ends in strokes across it, a probe is a cross. */
function Ends({ picture, one }: { readonly picture: PictureSlot; readonly one: Measured }) {
  const [a, b] = one.points.map(picture.toScreen);
  if (!a) return null;
  let path = "";
  if (one.kind === "probe") path = `M${a.x - TICK} ${a.y}h${2 * TICK}M${a.x} ${a.y - TICK}v${2 * TICK}`;
  if (one.kind === "length" && b) {
    const long = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    const [x, y] = [(-(b.y - a.y) / long) * TICK, ((b.x - a.x) / long) * TICK];
    path = [a, b].map((end) => `M${end.x - x} ${end.y - y}L${end.x + x} ${end.y + y}`).join("");
  }
  if (!path) return null;
  return (
    <g className={one.kind === "length" ? styles.ends : undefined}>
      <path className={styles.under} d={path} />
      <path className={styles.line} d={path} />
    </g>
  );
}

const HANDLE_WORDS = ["First", "Second", "Third", "Fourth"];

function Handles({ picture, one }: { readonly picture: PictureSlot; readonly one: Measured }) {
  const places = handlesOf(one.kind, one.points);
  return places.map((place, index) => {
    const { x, y } = picture.toScreen(place);
    const quiet = one.kind === "ellipse" && index > 1;
    return (
      <circle
        // biome-ignore lint/suspicious/noArrayIndexKey: handles are told apart by their place alone
        key={index}
        className={quiet ? `${styles.handle} ${styles.quiet}` : styles.handle}
        cx={x}
        cy={y}
        r={3.5}
        {...BUTTON}
        aria-label={`${HANDLE_WORDS[index] ?? "Next"} handle of ${NAMES[one.kind]}`}
        data-measured={one.id}
        data-cell={picture.cell}
        data-handle={index}
      />
    );
  });
}

interface DraftProps {
  readonly picture: PictureSlot;
  readonly kind: Exclude<ShapeKind, "outline">;
  readonly places: readonly Point[];
}

/** What is being drawn, with its number beside the pointer. */
function DraftShape({ picture, kind, places }: DraftProps) {
  const points = shapeOf(kind, places);
  const path = kind === "cobb" && points.length < 4 ? openCobb(picture, points) : pathOf(picture, kind, points);
  const last = places.at(-1);
  const words = last && isWhole(kind, places) ? readingOf(picture, kind, points).headline : "";
  const at = last && picture.toScreen(last);
  return (
    <g className={`${styles.shape} ${styles.inHand}`}>
      <path className={styles.under} d={path} />
      <path className={styles.line} d={path} />
      {at && words && (
        <text className={styles.words} x={at.x + 12} y={at.y - 10}>
          <tspan className={styles.headline}>{words}</tspan>
        </text>
      )}
    </g>
  );
}

const NEEDED: Readonly<Record<DraftProps["kind"], number>> = { length: 2, angle: 3, cobb: 4, ellipse: 2, rectangle: 2, probe: 1 };
const isWhole = (kind: DraftProps["kind"], places: readonly Point[]): boolean => places.length >= NEEDED[kind];

function openCobb(picture: PictureSlot, points: readonly Point[]): string {
  const [a, b, c] = points.map(picture.toScreen);
  const first = a && b ? `M${pair(a)}L${pair(b)}` : "";
  return c ? `${first}M${pair(c)}h0` : first;
}
