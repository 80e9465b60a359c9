/** What else is said about these images: key images of others, segmentations and structures with their switches, reports to read. */

import { Eye, EyeOff, FileText, Star } from "lucide-react";
import type { Annotations } from "@/api/words";
import { Fault } from "@/parts/fault";
import { useKeyImages } from "../measure/key_images";
import { type Overlay, toggleOverlay, togglePart, useOverlays } from "../measure/overlay_store";
import { change, useViewer, withCell } from "../state";
import { Heading } from "./heading";
import styles from "./panel.module.css";

interface Props {
  readonly folded: boolean;
  readonly onFold: () => void;
  readonly data: Annotations | undefined;
}

export function AboutSection({ folded, onFold, data }: Props) {
  const overlays = useOverlays((now) => now.all);
  const keyFault = useKeyImages((now) => now.fault);
  const starred = useKeyImages((now) => now.ours.size);
  const others = data?.selections.filter(({ own, code }) => !own || code !== "113000") ?? [];
  const reports = data?.reports.filter(({ own }) => !own) ?? [];
  const unread = data?.unread ?? [];
  const count = overlays.length + others.length + reports.length + unread.length + (starred > 0 ? 1 : 0);
  if (count === 0 && keyFault === undefined) return null;
  return (
    <section className={styles.section}>
      <Heading title="Reports and overlays" count={count} folded={folded} onFold={onFold} />
      {!folded && (
        <div className={styles.about}>
          {keyFault !== undefined && (
            <div className={styles.fault}>
              <Fault tried="The key image could not be kept" error={keyFault} />
            </div>
          )}
          {starred > 0 && (
            <p className={styles.paper}>
              <Star aria-hidden="true" />
              <span className={styles.what}>Key images</span>
              <span className={styles.value}>{starred}</span>
            </p>
          )}
          {others.map((one) => (
            <p key={one.sop_instance_uid} className={styles.paper} title={one.description}>
              <Star aria-hidden="true" />
              <span className={styles.what}>{[one.title, one.manufacturer].filter(Boolean).join(", ")}</span>
              <span className={styles.value}>{one.images.length}</span>
            </p>
          ))}
          {overlays.map((one) => (
            <OverlayRow key={one.uid} one={one} />
          ))}
          {reports.map((one) => (
            <ReportRow key={one.sop_instance_uid} uid={one.sop_instance_uid} title={one.title} unplaced={one.unplaced} />
          ))}
          {unread.map((one) => (
            <p key={one.sop_instance_uid} className={styles.hint}>
              A document could not be read: {one.why}
            </p>
          ))}
          {data?.more && <p className={styles.hint}>The study has more documents than are read here.</p>}
        </div>
      )}
    </section>
  );
}

function ReportRow({ uid, title, unplaced }: { readonly uid: string; readonly title: string; readonly unplaced: number }) {
  const canOpen = useViewer((now) => now.documents.has(uid));
  const words = unplaced > 0 ? `${unplaced} on no image` : "";
  return (
    <button
      type="button"
      className={styles.paper}
      disabled={!canOpen}
      onClick={() => change((now) => ({ cells: withCell(now.cells, now.active, { shows: uid, cut: "acquired", index: 0 }) }))}
    >
      <FileText aria-hidden="true" />
      <span className={styles.what}>{title || "Structured report"}</span>
      <span className={styles.words}>{words}</span>
    </button>
  );
}

function OverlayRow({ one }: { readonly one: Overlay }) {
  const hidden = useOverlays((now) => now.hidden);
  const isOn = one.state === "on";
  const Icon = isOn ? Eye : EyeOff;
  const kind = one.kind === "segmentation" ? "Segmentation" : "Structures";
  return (
    <>
      <button type="button" className={styles.paper} aria-pressed={isOn} onClick={() => toggleOverlay(one.uid)}>
        <Icon aria-hidden="true" />
        <span className={styles.what}>{one.label || kind}</span>
        <span className={styles.words}>{one.state === "busy" ? "reading" : kind}</span>
      </button>
      {one.state === "failed" && (
        <div className={styles.fault}>
          <Fault tried="It cannot be shown" error={one.fault} again={() => toggleOverlay(one.uid)} />
        </div>
      )}
      {isOn && (
        <ul>
          {one.parts.map((part) => (
            <li key={part.key}>
              <button
                type="button"
                className={styles.part}
                aria-pressed={!hidden.has(part.key)}
                title={part.words}
                onClick={() => togglePart(part.key)}
              >
                <span
                  className={styles.colour}
                  style={
                    hidden.has(part.key) ? { borderColor: part.colour } : { background: part.colour, borderColor: part.colour }
                  }
                />
                <bdi className={hidden.has(part.key) ? styles.off : undefined}>{part.name}</bdi>
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
