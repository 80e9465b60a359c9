import { expect, it } from "vitest";
import { lightIn, lightOf, nearestEdge, placeLabel } from "./labels";

const CELL = { width: 400, height: 400 };
const SIZE = { width: 60, height: 32 };
/** A bright disc in the middle. */
const light = lightOf(400, 400, ({ x, y }) => (Math.hypot(x - 200, y - 200) < 140 ? 1 : 0));
const line = [
  { x: 180, y: 200 },
  { x: 220, y: 200 },
];

it("words stand in the dark, outside of what is bright", () => {
  const corner = placeLabel(SIZE, CELL, line, [], light);
  expect(lightIn(light, { ...corner, ...SIZE })).toBe(0);
});

it("without light they stand near their shape, and not on it", () => {
  const corner = placeLabel(SIZE, CELL, line, [], undefined);
  const edge = nearestEdge({ ...corner, ...SIZE }, { x: 200, y: 200 });
  expect(Math.hypot(edge.x - 200, edge.y - 200)).toBeLessThan(60);
  expect(Math.hypot(edge.x - 200, edge.y - 200)).toBeGreaterThan(8);
});

it("two words do not stand on each other", () => {
  const first = { ...placeLabel(SIZE, CELL, line, [], light), ...SIZE };
  const second = { ...placeLabel(SIZE, CELL, line, [first], light), ...SIZE };
  expect(
    first.x + first.width < second.x ||
      second.x + second.width < first.x ||
      first.y + first.height < second.y ||
      second.y + second.height < first.y,
  ).toBe(true);
});

it("they stay while another place is hardly better", () => {
  const corner = placeLabel(SIZE, CELL, line, [], light);
  const moved = line.map(({ x, y }) => ({ x: x + 12, y }));
  expect(placeLabel(SIZE, CELL, moved, [], light, corner)).toEqual(corner);
});
