/**
 * The words of all measurements on a picture, each in its box, with its leader.
 *
 * A picture, its measurements and where it is light come in; lines of words, boxes and the two ends of each leader go out. The words of one do
 * not move because another is pointed at: only the selected one says more. `before` remembers where words stood.
 */

import type { Point } from "@/model/images";
import type { PictureSlot } from "../slots";
import { type Box, cornersOf, type Light, nearestEdge, placeLabel } from "./labels";
import { linesOf, nearestOn } from "./shapes";
import type { Measured } from "./store";

export interface Line {
  readonly text: string;
  readonly role: "headline" | "second" | "source" | "tag" | "label";
}

export interface Placed {
  readonly one: Measured;
  readonly lines: readonly Line[];
  readonly box: Box;
  /** The leader, from the shape to the words. */
  readonly from: Point;
  readonly to: Point;
}

const HEADLINE_LETTER = 7.4;
const LETTER = 5.9;
const TAG_LETTER = 6.7;
const LINE = 16;

/** What stands beside a shape: the number, then what it comes with, then the attribute; the tag only of what is in hand. */
export function linesOfWords({ reading, kind, maker }: Measured, isSelected: boolean): readonly Line[] {
  const { headline, second, source } = reading;
  const lines: Line[] = [{ text: headline, role: "headline" }];
  if (second) lines.push({ text: second, role: "second" });
  if (source?.name && (isSelected || kind === "length")) lines.push({ text: source.name, role: "source" });
  if (source?.tag && isSelected && kind === "length") lines.push({ text: source.tag, role: "tag" });
  if (source?.label) lines.push({ text: source.label, role: "label" });
  if (maker) lines.push({ text: maker, role: "label" });
  return lines;
}

function sizeOf(lines: readonly Line[]): { readonly width: number; readonly height: number } {
  const widths = lines.map(
    ({ text, role }) => text.length * (role === "headline" ? HEADLINE_LETTER : role === "tag" ? TAG_LETTER : LETTER),
  );
  return { width: Math.ceil(Math.max(...widths, 16)), height: LINE * lines.length + 2 };
}

/** How much room the words take when they say most: selecting one must not move it. */
function roomOf(one: Measured): { readonly width: number; readonly height: number } {
  return sizeOf(linesOfWords(one, true));
}

const WIDTH_SHARE = 0.6;

export function placeAll(
  picture: PictureSlot,
  here: readonly Measured[],
  selected: string | undefined,
  light: Light | undefined,
  before: Map<string, Point>,
): readonly Placed[] {
  const cell = { width: picture.width, height: picture.height };
  const taken: Box[] = [...cornersOf(cell)];
  const shapes = new Map(here.map((one) => [one, linesOf(one.kind, one.points).map((line) => line.map(picture.toScreen))]));
  return here.map((one) => {
    const lines = shapes.get(one) ?? [];
    const others = [...shapes].flatMap(([other, drawn]) => (other === one ? [] : drawn.flatMap(along)));
    const room = roomOf(one);
    const size = { width: Math.min(room.width, cell.width * WIDTH_SHARE), height: room.height };
    const [place] = lines.flat();
    const corner =
      one.kind === "probe" && place
        ? beside(place, size, cell)
        : placeLabel(size, cell, lines.flat(), [...taken, ...others], light, before.get(one.id));
    before.set(one.id, corner);
    const box = { ...corner, ...sizeOf(linesOfWords(one, one.id === selected)) };
    taken.push({ ...corner, ...size });
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    const from = lines
      .map((line) => nearestOn(line, middle))
      .reduce((best, each) => (each.distance < best.distance ? each : best)).at;
    return { one, lines: linesOfWords(one, one.id === selected), box, from, to: nearestEdge(grown(box), from) };
  });
}

const EACH = 16;
const DOT = 4;

/** Small boxes along a line, where no words of another shape shall stand. */
function along(line: readonly Point[]): readonly Box[] {
  return line.flatMap((from, index) => {
    const to = line[index + 1] ?? from;
    const steps = Math.max(Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / EACH), 1);
    return Array.from({ length: steps }, (_, step) => ({
      x: from.x + ((to.x - from.x) * step) / steps - DOT / 2,
      y: from.y + ((to.y - from.y) * step) / steps - DOT / 2,
      width: DOT,
      height: DOT,
    }));
  });
}

/** The words of a probe stand at its side. */
function beside(
  place: Point,
  size: { readonly width: number; readonly height: number },
  cell: { readonly width: number; readonly height: number },
): Point {
  const x = place.x + 12 + size.width > cell.width ? place.x - 12 - size.width : place.x + 12;
  return { x, y: Math.min(Math.max(place.y - 8, 4), cell.height - size.height - 4) };
}

const grown = ({ x, y, width, height }: Box): Box => ({ x: x - 3, y: y - 1, width: width + 6, height: height + 2 });
