/**
 * What a series is, in the words that stand under its picture: "192 images, 0.9 mm", "30 frames", "KO, 2 images", "SR, 5 values".
 *
 * The index knows the counts; thickness and the contents of documents come from the attributes of the instance that stands for the
 * series (DICOM JSON). Without them the words are shorter, never wrong.
 */
import type { SeriesWords } from "@/api/words";
import { counted } from "@/base/text";

export interface Element {
  readonly vr?: string;
  readonly Value?: readonly unknown[];
}
export type Model = Readonly<Record<string, Element>>;

const SLICE_THICKNESS = "00180050";
const IMAGE_TYPE = "00080008";
const CONTENT = "0040A730";
const VALUE_TYPE = "0040A040";
const SHARED = "52009229";
const MEASURES = "00289110";
const PURE = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.(88|104|11|9|66\.[35]|481|67|78|79|80|45|68|201|200|131|200\.2)(\.|$)/;

export type Kind = "image" | "keys" | "report" | "document" | "waveform" | "state" | "other";

/** What can be drawn of it: an image has a picture, everything else a sign. */
export function kindOf(series: SeriesWords): Kind {
  const { sop_class_uid: uid, modality } = series;
  if (uid === "1.2.840.10008.5.1.4.1.1.88.59" || modality === "KO") return "keys";
  if (uid.startsWith("1.2.840.10008.5.1.4.1.1.88.")) return "report";
  if (uid.startsWith("1.2.840.10008.5.1.4.1.1.104.")) return "document";
  if (uid.startsWith("1.2.840.10008.5.1.4.1.1.9.")) return "waveform";
  if (uid.startsWith("1.2.840.10008.5.1.4.1.1.11.")) return "state";
  return PURE.test(uid) && !uid.startsWith("1.2.840.10008.5.1.4.1.1.481.2") && !uid.startsWith("1.2.840.10008.5.1.4.1.1.481.1")
    ? "other"
    : "image";
}

/** The name of a series; one that has none is told by its modality. */
export function titleOf(series: SeriesWords): string {
  if (series.series_description) return series.series_description;
  if (kindOf(series) === "keys") return "Key images";
  return series.body_part_examined || series.modality || "no description";
}

/** What stands below the name. `model` is the instance that stands for the series, once it is known. */
export function captionOf(series: SeriesWords, model: Model | undefined): string {
  const caption = countsOf(series, model);
  return kindOf(series) === "image" ? join(caption, thickness(model)) : caption;
}

/** The same without the thickness of its slices, for narrow places. */
export function countsOf(series: SeriesWords, model: Model | undefined): string {
  const kind = kindOf(series);
  const many = series.instance_count > 1 ? counted(series.instance_count, "object") : "";
  if (kind === "keys") return join(series.modality, many || keyImages(model));
  if (kind === "report") return join(series.modality, many || values(model));
  if (kind === "document") return join(series.modality, many || "document");
  if (kind !== "image") return join(series.modality, counted(series.instance_count, "object"));
  if (series.frame_count > series.instance_count) {
    const clips = series.instance_count > 1 ? counted(series.instance_count, "image") : "";
    return join(clips, counted(series.frame_count, "frame"));
  }
  return counted(series.instance_count, "image");
}

function join(...parts: readonly string[]): string {
  return parts.filter(Boolean).join(", ");
}

function numberIn(model: Model | undefined, tag: string): number | undefined {
  const value = Number(model?.[tag]?.Value?.[0]);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

function itemOf(model: Model | undefined, tag: string): Model | undefined {
  return model?.[tag]?.Value?.[0] as Model | undefined;
}

/** Millimetres of a slice; a slab where a projection says that it is one. */
function thickness(model: Model | undefined): string {
  const type = model?.[IMAGE_TYPE]?.Value?.map(String) ?? [];
  if (type.some((word) => /^(MIP|MINIP|PROJECTION IMAGE)$/.test(word))) return "slab";
  const found = numberIn(model, SLICE_THICKNESS) ?? numberIn(itemOf(itemOf(model, SHARED), MEASURES), SLICE_THICKNESS);
  return found === undefined ? "" : `${Number(found.toFixed(found < 10 ? 1 : 0))} mm`;
}

function contents(model: Model | undefined): readonly Model[] {
  const items = (model?.[CONTENT]?.Value ?? []) as readonly Model[];
  return items.flatMap((item) => [item, ...contents(item)]);
}

function countOf(model: Model | undefined, type: string): number {
  return contents(model).filter((item) => item[VALUE_TYPE]?.Value?.[0] === type).length;
}

function keyImages(model: Model | undefined): string {
  const found = countOf(model, "IMAGE");
  return found ? counted(found, "image") : "";
}

function values(model: Model | undefined): string {
  const found = countOf(model, "NUM");
  return found ? counted(found, "value") : model ? "report" : "";
}
