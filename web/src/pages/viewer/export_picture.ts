/**
 * The picture of the active cell as a PNG file, as it is seen, texts included; and the view on paper.
 *
 * The canvas is drawn again on a new one; what stands over it (lines, texts, measurements) is taken from the cell's own elements, so that
 * the file shows what the reader saw.
 */

import { activeSlot, useViewer } from "./state";

const MARGIN = 2;

/** The cell's element on the page. */
const cellElement = (place: number) => document.querySelector<HTMLElement>(`[data-cell="${place}"]`);

/** Save the active cell as a file that the browser downloads. */
export function exportPicture(): void {
  const now = useViewer.getState();
  const slot = activeSlot(now);
  const cell = cellElement(now.active);
  const picture = cell?.querySelector("canvas");
  if (!slot || !cell || !picture) return;
  const ratio = picture.width / Math.max(slot.width, 1);
  const canvas = document.createElement("canvas");
  canvas.width = picture.width;
  canvas.height = picture.height;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.drawImage(picture, 0, 0);
  for (const masks of cell.querySelectorAll<HTMLCanvasElement>("canvas[data-masks]")) context.drawImage(masks, 0, 0);
  context.scale(ratio, ratio);
  drawGraphics(context, cell);
  drawTexts(context, cell);
  canvas.toBlob((blob) => blob && download(blob, fileName(slot.stack.label, slot.index + 1)), "image/png");
}

function fileName(label: string, image: number): string {
  const words = label.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
  return `${words || "picture"}-${image}.png`;
}

function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Lines and shapes of all SVG layers, in their own colours. */
function drawGraphics(context: CanvasRenderingContext2D, cell: HTMLElement): void {
  const origin = cell.getBoundingClientRect();
  for (const shape of cell.querySelectorAll<SVGGeometryElement>(
    "svg line, svg path, svg circle, svg ellipse, svg rect, svg polyline",
  )) {
    const style = getComputedStyle(shape);
    const matrix = shape.getScreenCTM();
    if (!matrix || shape.closest("button") || style.visibility === "hidden" || style.display === "none") continue;
    const path = pathOf(shape);
    context.save();
    context.transform(matrix.a, matrix.b, matrix.c, matrix.d, matrix.e - origin.left, matrix.f - origin.top);
    context.globalAlpha = Number(style.opacity);
    if (style.fill !== "none" && style.fill !== "transparent") {
      context.fillStyle = style.fill;
      context.fill(path);
    }
    if (style.stroke !== "none" && !/rgba\(.*, 0\)/.test(style.stroke)) {
      context.strokeStyle = style.stroke;
      context.lineWidth = Number.parseFloat(style.strokeWidth) || 1;
      context.setLineDash(style.strokeDasharray === "none" ? [] : style.strokeDasharray.split(/[ ,]+/).map(Number.parseFloat));
      context.globalAlpha *= Number(style.strokeOpacity || 1);
      context.stroke(path);
    }
    context.restore();
  }
}

function pathOf(shape: SVGGeometryElement): Path2D {
  if (shape instanceof SVGPathElement) return new Path2D(shape.getAttribute("d") ?? "");
  const path = new Path2D();
  if (shape instanceof SVGLineElement) {
    path.moveTo(shape.x1.baseVal.value, shape.y1.baseVal.value);
    path.lineTo(shape.x2.baseVal.value, shape.y2.baseVal.value);
  } else if (shape instanceof SVGCircleElement) {
    path.arc(shape.cx.baseVal.value, shape.cy.baseVal.value, shape.r.baseVal.value, 0, 2 * Math.PI);
  } else if (shape instanceof SVGEllipseElement) {
    path.ellipse(shape.cx.baseVal.value, shape.cy.baseVal.value, shape.rx.baseVal.value, shape.ry.baseVal.value, 0, 0, 2 * Math.PI);
  } else if (shape instanceof SVGRectElement) {
    path.rect(shape.x.baseVal.value, shape.y.baseVal.value, shape.width.baseVal.value, shape.height.baseVal.value);
  } else if (shape instanceof SVGPolylineElement) {
    for (const point of shape.points) path.lineTo(point.x, point.y);
  }
  return path;
}

/** Every text of the cell where it stands, black around it as on the screen. */
function drawTexts(context: CanvasRenderingContext2D, cell: HTMLElement): void {
  const origin = cell.getBoundingClientRect();
  const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const holder = node.parentElement;
    const words = node.textContent ?? "";
    if (!holder || !words.trim() || holder.closest("button, .visually-hidden, [role='alert']")) continue;
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    const style = getComputedStyle(holder);
    if (box.width === 0 || style.visibility === "hidden") continue;
    context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = MARGIN;
    context.strokeStyle = "#000";
    context.fillStyle = holder instanceof SVGElement ? style.fill : style.color;
    const [x, y] = [box.left - origin.left, box.top - origin.top + box.height / 2];
    context.strokeText(words, x, y);
    context.fillText(words, x, y);
  }
}

/** The browser's own print of the page; its style sheet leaves the pictures alone on the paper. */
export function printView(): void {
  window.print();
}
