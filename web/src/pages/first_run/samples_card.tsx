/** The second way: four synthetic studies, drawn by the archive itself. */
import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/http";
import type { SampleWords } from "@/api/words";
import { byteCount, counted } from "@/base/text";
import { Button } from "@/parts/button";
import { makeSamples, useImport } from "@/parts/import_run";
import styles from "./page.module.css";
import ct from "./sample_ct.webp";
import dx from "./sample_dx.webp";
import mr from "./sample_mr.webp";
import us from "./sample_us.webp";

const TILES = [
  { picture: ct, title: "CT head", words: "true HU" },
  { picture: mr, title: "MR brain", words: "T1, 3 planes" },
  { picture: us, title: "US clip", words: "calibrated" },
  { picture: dx, title: "Chest", words: "PA, 14 bit" },
] as const;

export function SamplesCard() {
  const size = useQuery({ queryKey: ["samples"], queryFn: ({ signal }) => get<SampleWords>("/api/samples", undefined, signal) });
  const isBusy = useImport((now) => now.phase === "running");
  const told = size.data ? `: ${counted(size.data.images, "image")}, ${byteCount(size.data.bytes)}, about 5 s.` : ".";
  return (
    <section className={styles.card} aria-labelledby="way-samples">
      <ul className={`${styles.picture} ${styles.tiles}`}>
        {TILES.map(({ picture, title, words }) => (
          <li key={title} className={styles.tile}>
            <img src={picture} alt="" />
            <p>{title}</p>
            <p className={styles.small}>{words}</p>
          </li>
        ))}
      </ul>
      <h3 id="way-samples">Make sample studies</h3>
      <p className={styles.words}>Four synthetic studies, calibrated, so that every tool can be tried{told}</p>
      <div className={styles.acts}>
        <Button kind="primary" onClick={() => void makeSamples()} disabled={isBusy}>
          Make sample studies
        </Button>
      </div>
    </section>
  );
}
