/** One series as a picture with its number, name and size; documents have a sign instead. What is not in sight is not fetched. */
import { useQuery } from "@tanstack/react-query";
import { Activity, FileText, ImageOff, Layers, Ruler, Star } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { get } from "@/api/http";
import type { SeriesWords } from "@/api/words";
import styles from "./series_card.module.css";
import { captionOf, countsOf, type Kind, kindOf, type Model, titleOf } from "./series_words";

interface Props {
  readonly study: string;
  readonly series: SeriesWords;
  readonly isSelected: boolean;
  readonly tabIndex: number;
  readonly onSelect: () => void;
  readonly onOpen: () => void;
}

const SIGNS: Readonly<Record<Exclude<Kind, "image">, typeof Star>> = {
  keys: Star,
  report: Ruler,
  document: FileText,
  waveform: Activity,
  state: Layers,
  other: Layers,
};

/** Where DICOMweb has the instance that stands for a series. */
export function instancePath(study: string, series: SeriesWords): string {
  return `/dicom-web/studies/${study}/series/${series.series_instance_uid}/instances/${series.sop_instance_uid}`;
}

export function SeriesCard({ study, series, isSelected, tabIndex, onSelect, onOpen }: Props) {
  const place = useRef<HTMLButtonElement>(null);
  const isSeen = useSeen(place);
  const path = instancePath(study, series);
  const model = useQuery({
    queryKey: ["metadata", series.sop_instance_uid],
    queryFn: ({ signal }) => get<readonly Model[]>(`${path}/metadata`, undefined, signal),
    enabled: isSeen,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const title = titleOf(series);
  const [short, caption] = [countsOf(series, model.data?.[0]), captionOf(series, model.data?.[0])];
  const kind = kindOf(series);
  return (
    <button
      ref={place}
      type="button"
      role="option"
      aria-selected={isSelected}
      tabIndex={tabIndex}
      data-series={series.series_instance_uid}
      title={`${title}\n${caption}`}
      className={`${styles.card} ${isSelected ? styles.selected : ""}`}
      onClick={onSelect}
      onDoubleClick={onOpen}
    >
      <span className={`${styles.picture} ${kind === "image" ? styles.drawn : ""}`}>
        {kind === "image" ? isSeen && <Picture source={pictureOf(path, series)} /> : <Sign kind={kind} />}
        {series.series_number && <span className={styles.number}>{series.series_number}</span>}
      </span>
      <bdi className={styles.title}>{title}</bdi>
      <span className={styles.caption}>
        {short}
        <span className={styles.rest}>{caption.slice(short.length)}</span>
      </span>
    </button>
  );
}

/** The middle frame of the instance in the middle, twice as large as it is shown. */
function pictureOf(path: string, series: SeriesWords): string {
  const isClip = series.instance_count === 1 && series.frame_count > 1;
  const frame = isClip ? `/frames/${Math.ceil(series.frame_count / 2)}` : "";
  return `${path}${frame}/thumbnail?viewport=256,256`;
}

function Picture({ source }: { readonly source: string }) {
  const [isBroken, setBroken] = useState(false);
  if (isBroken) return <ImageOff aria-label="There is no picture of it" />;
  return <img src={source} alt="" draggable={false} onError={() => setBroken(true)} />;
}

function Sign({ kind }: { readonly kind: Exclude<Kind, "image"> }) {
  const Icon = SIGNS[kind];
  return <Icon aria-hidden="true" />;
}

/** Whether it was in sight once. */
function useSeen(place: React.RefObject<HTMLElement | null>): boolean {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (!element || isSeen) return;
    const watch = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && setSeen(true), {
      rootMargin: "200px",
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, [place, isSeen]);
  return isSeen;
}
