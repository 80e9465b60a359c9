/**
 * What the archive says about the images of the open study: measurements and key images of its documents, and how ours are kept there.
 *
 * The answer of `/api/studies/{study}/annotations` comes in and fills the stores; what was measured goes out as a report that stands for
 * the ones before it.
 */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import { change, get } from "@/api/http";
import type { Annotations, DocumentKept, MeasurementDrawn, MeasurementRead, ReportWords } from "@/api/words";
import type { Point } from "@/model/images";
import { useViewer } from "../state";
import { keyImagesFrom } from "./key_images";
import { offered } from "./overlay_store";
import type { Quantity, Reading } from "./readings";
import { angleWords, areaWords, lengthWords, valueWords } from "./rounding";
import { NAMES } from "./shapes";
import { alter, loaded, type Measured, openStudy, ours, placeOfFrame, useMeasuring } from "./store";

export const annotationsKey = (study: string) => ["annotations", study] as const;

/** Read what is said about the study, for as long as it is open. */
export function useAnnotations(): { readonly data: Annotations | undefined; readonly error: unknown; readonly again: () => void } {
  const study = useViewer((now) => now.study);
  const found = useQuery({
    queryKey: annotationsKey(study),
    queryFn: ({ signal }) => get<Annotations>(`/api/studies/${encodeURIComponent(study)}/annotations`, undefined, signal),
    enabled: study !== "",
    staleTime: 30_000,
    // a study that is opened again is read again: what was marked meanwhile must not be taken for not there
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  useEffect(() => alter((now) => openStudy(now, study)), [study]);
  useEffect(() => {
    if (!found.data) return;
    const { reports, selections, overlays } = found.data;
    alter((now) =>
      now.study === study ? loaded(now, reports.flatMap(fromReport), reports.filter(({ own }) => own).map(uidOf)) : {},
    );
    keyImagesFrom(study, selections);
    offered(study, overlays);
  }, [found.data, study]);
  const { refetch } = found;
  return { data: found.data, error: found.error, again: useCallback(() => void refetch(), [refetch]) };
}

const uidOf = ({ sop_instance_uid }: { readonly sop_instance_uid: string }): string => sop_instance_uid;

function fromReport(report: ReportWords): readonly Measured[] {
  return report.measurements.map((one) => ({
    id: one.uid || `${report.sop_instance_uid} ${report.measurements.indexOf(one)}`,
    kind: one.kind,
    place: placeOfFrame("", one.sop_instance_uid, one.frame),
    points: one.points.map(pointFrom),
    reading: readingFrom(one),
    maker: report.own ? "" : report.manufacturer || report.title || "another program",
    isFromReport: true,
  }));
}

const pointFrom = ([x, y]: readonly unknown[]): Point => ({ x: Number(x), y: Number(y) });

/** The numbers as their report has them: another program's are never worked out again. */
export function readingFrom(one: Pick<MeasurementRead, "kind" | "quantities" | "calibration" | "label">): Reading {
  const words = one.quantities.map(quantityWords);
  const main = one.quantities.findIndex(({ name }) => name === "mean" || name === "length" || name === "angle" || name === "value");
  const first = Math.max(main, 0);
  const mean = one.quantities[first];
  const area = one.quantities.find(({ name }) => name === "area");
  const deviation = one.quantities.find(({ name }) => name === "standard_deviation");
  const second = [deviation && `SD ${valueWords(rounded(deviation.value))}`, area && mean !== area && quantityWords(area)];
  return {
    headline: mean?.name === "mean" && !mean.unit ? `mean ${words[first]}` : (words[first] ?? NAMES[one.kind]),
    second: second.filter(Boolean).join("  "),
    listValue: area ? quantityWords(area) : (words[first] ?? ""),
    listWords: [one.label, area ? meanWords(one.quantities) : "", one.calibration].filter(Boolean).join(", "),
    source: sourceFrom(one.calibration),
    quantities: one.quantities,
    statement: one.calibration,
  };
}

/** A statement of ours begins with the name of its attribute; those of others are told as they are, in the list. */
function sourceFrom(statement: string): Reading["source"] {
  const known = SOURCES.find(([name]) => statement.startsWith(name));
  if (!known) return statement ? { keyword: "", name: "", tag: "", label: "" } : undefined;
  const [name, keyword, tag] = known;
  const [, , ...rest] = statement.split(", ");
  return { name, keyword, tag, label: rest.join(", ") };
}

const SOURCES = [
  ["Pixel Spacing", "PixelSpacing", "(0028,0030)"],
  ["Imager Pixel Spacing", "ImagerPixelSpacing", "(0018,1164)"],
  ["Nominal Scanned Pixel Spacing", "NominalScannedPixelSpacing", "(0018,2010)"],
  ["Object Pixel Spacing in Center of Beam", "ObjectPixelSpacingInCenterOfBeam", "(0018,9404)"],
  ["Image Plane Pixel Spacing", "ImagePlanePixelSpacing", "(3002,0011)"],
  ["Ultrasound region", "SequenceOfUltrasoundRegions", "(0018,6011)"],
] as const;

const rounded = (value: number): number => Math.round(value * 100) / 100;

function meanWords(quantities: readonly Quantity[]): string {
  const words: Readonly<Record<string, string>> = { mean: "mean", standard_deviation: "SD", minimum: "from", maximum: "to" };
  return quantities
    .filter(({ name }) => name in words)
    .map(({ name, value, unit }) =>
      [words[name], valueWords(rounded(value)), name === "mean" ? unit : ""].filter(Boolean).join(" "),
    )
    .join(", ");
}

const KNOWN = new Set(["length", "angle", "area", "mean", "value", "standard_deviation", "time", "velocity"]);

/** A number with its unit; one of another program keeps the word that it has there. */
function quantityWords({ name, value, unit }: Quantity): string {
  const words = numberWords(value, unit);
  return KNOWN.has(name) ? words : `${name} ${words}`;
}

function numberWords(value: number, unit: string): string {
  if (unit === "°") return angleWords(value);
  if (unit.endsWith("²")) return areaWords(value, unit);
  if (unit === "mm" || unit === "px") return lengthWords(value, unit);
  return [valueWords(rounded(value)), unit].filter(Boolean).join(" ");
}

/** A measurement as a report keeps it. */
function drawn(one: Measured): MeasurementDrawn | undefined {
  const { kind, place } = one;
  if (kind === "outline" || place.sopInstanceUid === undefined || one.reading.quantities.length === 0) return undefined;
  return {
    uid: one.id,
    kind,
    sop_instance_uid: place.sopInstanceUid,
    frame: place.frame,
    points: one.points.map(({ x, y }) => [x, y]),
    quantities: one.reading.quantities,
    calibration: one.reading.statement.slice(0, STATEMENT_CHARACTERS),
  };
}

const STATEMENT_CHARACTERS = 400;

/** Keep ours as one report in the place of those before it. */
export function useKeeping(): () => void {
  const queries = useQueryClient();
  return useCallback(() => {
    const now = useMeasuring.getState();
    const measurements = ours(now.all).flatMap((one) => drawn(one) ?? []);
    if (measurements.length === 0 || now.keeping.state === "busy") return;
    alter(() => ({ keeping: { state: "busy" } }));
    change<DocumentKept>("POST", "/api/measurements", { measurements, replaces: now.reports })
      .then((kept) => {
        alter((after) =>
          after.study === now.study ? { kept: now.all, reports: [kept.sop_instance_uid], keeping: { state: "kept" } } : {},
        );
        return queries.invalidateQueries({ queryKey: annotationsKey(now.study), refetchType: "none" });
      })
      .catch((fault: unknown) => alter(() => ({ keeping: { state: "failed", fault } })));
  }, [queries]);
}
