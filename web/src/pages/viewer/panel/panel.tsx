/**
 * The side panel: what was measured, what the header says, what else the archive holds about these images.
 *
 * The picture of the active cell comes in. Folded, it is a strip of icons, each of which opens it at its section.
 */

import { FileText, type LucideIcon, Ruler, Tag } from "lucide-react";
import { useState } from "react";
import { useAnnotations } from "../measure/annotations";
import type { PictureSlot } from "../slots";
import { AboutSection } from "./about_section";
import { HeaderSection } from "./header_section";
import { MeasurementSection } from "./measurement_section";
import styles from "./panel.module.css";

interface Props {
  readonly picture: PictureSlot | undefined;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
}

type SectionName = "measurements" | "header" | "about";

const ICONS: readonly (readonly [SectionName, string, LucideIcon])[] = [
  ["measurements", "Measurements", Ruler],
  ["header", "Header", Tag],
  ["about", "Reports and overlays", FileText],
];

export function Panel({ picture, open, onOpen }: Props) {
  const annotations = useAnnotations();
  const [folded, setFolded] = useState<ReadonlySet<SectionName>>(new Set());
  const fold = (name: SectionName) =>
    setFolded((now) => {
      const after = new Set(now);
      if (!after.delete(name)) after.add(name);
      return after;
    });
  const show = (name: SectionName) => {
    setFolded(new Set(ICONS.map(([each]) => each).filter((each) => each !== name)));
    onOpen(!(open && !folded.has(name)));
  };
  return (
    <>
      {open && (
        <aside className={styles.panel} aria-label="Side panel">
          <MeasurementSection folded={folded.has("measurements")} onFold={() => fold("measurements")} annotations={annotations} />
          <AboutSection folded={folded.has("about")} onFold={() => fold("about")} data={annotations.data} />
          <HeaderSection picture={picture} folded={folded.has("header")} onFold={() => fold("header")} />
        </aside>
      )}
      <div className={open ? `${styles.strip} ${styles.beside}` : styles.strip} role="toolbar" aria-label="Side panel sections">
        {ICONS.map(([name, words, Icon]) => (
          <button
            key={name}
            type="button"
            className={styles.icon}
            aria-label={words}
            aria-pressed={open && !folded.has(name)}
            title={words}
            onClick={() => show(name)}
          >
            <Icon aria-hidden="true" />
          </button>
        ))}
      </div>
    </>
  );
}
