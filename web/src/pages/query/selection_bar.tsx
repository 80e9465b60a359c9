/** What is chosen and what bringing it here costs, as far as earlier retrievals from that node tell; then the button that does it. */
import type { ExperienceWords } from "@/api/words";
import { byteCount, count, counted } from "@/base/text";
import { Button } from "@/parts/button";
import { Term } from "@/parts/term";
import { lacking, type Row } from "./answers";
import { timeLeft } from "./jobs";
import type { Level } from "./question";
import styles from "./selection_bar.module.css";

interface Props {
  readonly level: Level;
  readonly chosen: readonly Row[];
  readonly here: ReadonlyMap<string, number>;
  readonly experience: ExperienceWords | undefined;
  /** How many of the chosen ones are in the queue, while they are put there. */
  readonly queued: number | undefined;
  /** The node speaks DICOMweb: there is one way. */
  readonly isWeb: boolean;
  readonly onRetrieve: () => void;
  readonly onWhy: (() => void) | undefined;
}

export const NOUNS: Readonly<Record<Level, readonly [string, string]>> = {
  patient: ["patient", "patients"],
  study: ["study", "studies"],
  series: ["series", "series"],
};

export function SelectionBar({ level, chosen, here, experience, queued, isWeb, onRetrieve, onWhy }: Props) {
  const [one, many] = NOUNS[level];
  return (
    <div className={styles.bar}>
      <p className={styles.cost} role="status">
        {chosen.length ? (
          <>
            <strong>{counted(chosen.length, one, many)}</strong>
            {costOf(lacking(chosen, here), chosen, experience)}
          </>
        ) : (
          `Choose the ${many} to bring here.`
        )}
      </p>
      {chosen.length > 0 && <Way by={experience?.by ?? ""} isWeb={isWeb} />}
      {onWhy && <Button onClick={onWhy}>Why so few?</Button>}
      {chosen.length > 0 && (
        <Button kind="primary" onClick={onRetrieve} disabled={queued !== undefined}>
          {queued === undefined ? `Retrieve ${count(chosen.length)}` : `${count(queued)} queued`}
        </Button>
      )}
    </div>
  );
}

/** ", 1,114 images, about 452 MB, 12 s at the last rate"; what nobody knows is left out. */
export function costOf(images: number | undefined, chosen: readonly Row[], experience: ExperienceWords | undefined): string {
  if (images === undefined) return ", the node does not say how many images";
  const all = chosen.reduce((sum, row) => sum + (row.images ?? 0), 0);
  if (images === 0) return ", all here already";
  const parts = [images < all ? `${count(images)} of ${counted(all, "image")} to come` : counted(images, "image")];
  if (experience?.bytes_per_instance) parts.push(`about ${byteCount(images * experience.bytes_per_instance)}`);
  if (experience?.instances_per_second) parts.push(`${timeLeft(images / experience.instances_per_second)} at the last rate`);
  return `, ${parts.join(", ")}`;
}

function Way({ by, isWeb }: { readonly by: string; readonly isWeb: boolean }) {
  if (isWeb) return <span className={styles.way}>by DICOMweb</span>;
  return by === "move" ? (
    <span className={styles.way}>
      by <Term word="C-MOVE" />, falls back to <Term word="C-GET" />
    </span>
  ) : (
    <span className={styles.way}>
      by <Term word="C-GET" />, falls back to <Term word="C-MOVE" />
    </span>
  );
}
