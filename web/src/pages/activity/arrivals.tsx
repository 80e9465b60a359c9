/** The images as they arrive: thumbnails, latest first, with the calling AE title in red over the picture. */
import { useQuery } from "@tanstack/react-query";
import { FileText, ImageOff } from "lucide-react";
import { memo, useEffect, useState } from "react";
import { Link } from "react-router";
import { get } from "@/api/http";
import { onLive } from "@/api/live";
import { useStatus } from "@/api/status";
import type { ArrivalsTold, ArrivedWords } from "@/api/words";
import { count } from "@/base/text";
import { EmptyState } from "@/parts/empty_state";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import { PersonName } from "@/parts/person_name";
import { SectionHeading } from "@/parts/section";
import styles from "./arrivals.module.css";
import { isDocument, senderOf, thumbnailOf, viewerOf, withArrived } from "./arrived";
import { withSeconds } from "./associations";
import { useHeardAgain } from "./use_heard_again";

/** `most` tiles are shown. */
export function ArrivalsPane({ most, large }: { readonly most: number; readonly large: boolean }) {
  const status = useStatus();
  const [tiles, setTiles] = useState<readonly ArrivedWords[]>();
  const asked = useQuery({
    queryKey: ["arrivals"],
    queryFn: ({ signal }) => get<ArrivalsTold>("/api/arrivals", { limit: 48 }, signal),
    gcTime: 0,
  });
  useEffect(() => onLive<ArrivalsTold>("arrivals", (told) => setTiles((now) => withArrived(now ?? [], told.images))), []);
  useHeardAgain(asked.refetch);
  const known = asked.data?.images ?? [];
  const live = new Set(tiles?.map((tile) => tile.serial));
  const all = [...(tiles ?? []), ...known.filter((image) => !live.has(image.serial))];
  const shown = all.sort((one, other) => other.serial - one.serial).slice(0, most);
  const rate = status?.changes_per_second ?? 0;
  return (
    <section className={large ? styles.large : styles.pane} aria-label="Arriving images">
      <SectionHeading title="Arriving images" count={rate > 0 ? `${count(rate)}/s` : undefined}>
        <span className={styles.live}>
          <Lamp state={rate > 0 ? "busy" : "listening"} /> live
        </span>
      </SectionHeading>
      {asked.error ? (
        <Fault tried="The latest images could not be listed" error={asked.error} again={() => void asked.refetch()} />
      ) : (
        <Tiles images={shown} waiting={asked.isPending} />
      )}
    </section>
  );
}

const PLACES = Array.from({ length: 6 }, (_, place) => place);

function Tiles({ images, waiting }: { readonly images: readonly ArrivedWords[]; readonly waiting: boolean }) {
  if (waiting) {
    return (
      <ul className={styles.tiles} aria-busy="true">
        {PLACES.map((place) => (
          <li key={place} className={styles.blank} />
        ))}
      </ul>
    );
  }
  if (images.length === 0) return <EmptyState title="No image has come yet">Each one appears here as it arrives.</EmptyState>;
  const today = new Date().toDateString();
  return (
    <ul className={styles.tiles}>
      {images.map((image) => (
        <Tile key={image.serial} image={image} today={today} />
      ))}
    </ul>
  );
}

const Tile = memo(function Tile({ image, today }: { readonly image: ArrivedWords; readonly today: string }) {
  const [state, setState] = useState<"waiting" | "there" | "none">(isDocument(image) ? "none" : "waiting");
  const NoPicture = isDocument(image) ? FileText : ImageOff;
  const sender = senderOf(image);
  const what = [image.modality, image.series_description].filter(Boolean).join(" ");
  return (
    <li>
      <Link to={viewerOf(image)} className={styles.tile} aria-label={`${what || "Image"} from ${sender}, open in the viewer`}>
        <span className={state === "waiting" ? styles.waiting : styles.picture}>
          {state === "none" ? (
            <NoPicture aria-hidden="true" />
          ) : (
            <img
              src={thumbnailOf(image)}
              alt=""
              loading="lazy"
              decoding="async"
              onLoad={() => setState("there")}
              onError={() => setState("none")}
            />
          )}
          <bdi className={styles.sender}>{sender}</bdi>
          <span className={styles.modality}>{image.modality}</span>
        </span>
        <span className={styles.name}>
          <PersonName name={image.patient_name} />
        </span>
        <span className={styles.under}>
          <bdi>{image.series_description || (image.instance_number ? `image ${image.instance_number}` : "no description")}</bdi>
          <time dateTime={image.received}>{withSeconds(new Date(image.received), new Date(today))}</time>
        </span>
      </Link>
    </li>
  );
});
