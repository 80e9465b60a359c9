/**
 * The series of the study at the left edge: drag one into a cell, or click to see it in the active one.
 *
 * Series that are not read yet stand here with what the index knows; the line under a picture tells how much of it has been seen.
 */

import { FileText, ImageOff } from "lucide-react";
import { type DragEvent, type ReactNode, useState } from "react";
import { useShallow } from "zustand/react/shallow";
import { instancePath } from "@/imaging/frame_requests";
import type { DicomStack } from "@/imaging/stacks";
import { hang } from "./cells";
import { stopCutting } from "./cutting";
import styles from "./series_strip.module.css";
import type { ReadableDocument } from "./slots";
import { activeCell, type Change, change, type SeriesWords, useViewer, type Viewer } from "./state";

/** What a series is called while it is dragged. */
export const SERIES_TYPE = "application/x-isocenter-series";

const BONES = 5;

export function SeriesStrip() {
  const { listed, series, stacks, documents, read, faults } = useViewer(
    useShallow(({ listed, series, stacks, documents, read, faults }) => ({ listed, series, stacks, documents, read, faults })),
  );
  return (
    <nav className={styles.strip} aria-label="Series">
      <ul>
        {!listed &&
          Array.from({ length: BONES }, (_, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the bones are all alike
            <li key={place} className={styles.bone} aria-hidden="true" />
          ))}
        {series.flatMap((each) => {
          if (!read.has(each.uid)) return each.count > 0 ? [<Unread key={each.uid} series={each} />] : [];
          const fault = faults.get(each.uid);
          if (fault !== undefined) return [<Broken key={each.uid} series={each} fault={fault} />];
          const mine = [...stacks.values()].filter((stack) => stack.seriesInstanceUid === each.uid);
          const papers = [...documents.values()].filter((paper) => paper.seriesInstanceUid === each.uid);
          return [
            ...mine.map((stack) => <StackItem key={stack.id} stack={stack} isPart={mine.length > 1} />),
            ...papers.map((paper) => <DocumentItem key={paper.sopInstanceUid} paper={paper} number={each.number} />),
          ];
        })}
      </ul>
    </nav>
  );
}

/** Into the active cell; who looks at three planes leaves them. */
function choose(now: Viewer, id: string): Change {
  const left = stopCutting(now);
  const after = { ...now, ...left };
  return { ...left, ...hang(after, after.active, id) };
}

interface ItemProps {
  /** What a cell shows when this is hung; nothing for what cannot be hung. */
  readonly id?: string;
  readonly number: string;
  readonly label: string;
  readonly count: string;
  readonly title: string;
  readonly seen?: number;
  readonly children: ReactNode;
}

function Item({ id, number, label, count, title, seen, children }: ItemProps) {
  const isShown = useViewer((now) => id !== undefined && activeCell(now).shows === id);
  const drag = (event: DragEvent) => {
    if (id === undefined) return event.preventDefault();
    event.dataTransfer.setData(SERIES_TYPE, id);
    event.dataTransfer.effectAllowed = "copy";
  };
  return (
    <li>
      <button
        type="button"
        className={isShown ? `${styles.item} ${styles.shown}` : styles.item}
        draggable={id !== undefined}
        disabled={id === undefined}
        aria-current={isShown || undefined}
        title={title}
        onDragStart={drag}
        onClick={() => id !== undefined && change((now) => choose(now, id))}
      >
        <span className={styles.picture}>
          {children}
          <span className={styles.number}>{number}</span>
          {seen !== undefined && seen > 0 && (
            <span className={styles.seen} role="img" aria-label={`${Math.round(seen * 100)} of 100 seen`}>
              <span style={{ width: `${seen * 100}%` }} />
            </span>
          )}
        </span>
        <span className={styles.words}>
          <bdi className={styles.label}>{label}</bdi>
          <span className={styles.count}>{count}</span>
        </span>
      </button>
    </li>
  );
}

function StackItem({ stack, isPart }: { readonly stack: DicomStack; readonly isPart: boolean }) {
  const seen = useViewer((now) => (now.seen.get(stack.id)?.size ?? 0) / stack.frames.length);
  const middle = stack.frames[Math.floor(stack.frames.length / 2)];
  const path = middle && `${instancePath(middle)}/frames/${middle.frame}/thumbnail`;
  return (
    <Item
      id={stack.id}
      number={stack.seriesNumber}
      label={(isPart && stack.distinction) || stack.label}
      count={String(stack.frames.length)}
      title={`${stack.label}, ${stack.frames.length}`}
      seen={seen}
    >
      <Picture path={path} />
    </Item>
  );
}

function Unread({ series }: { readonly series: SeriesWords }) {
  return (
    <Item
      number={series.number}
      label={series.label || series.modality}
      count={String(series.count)}
      title="This series is being read"
    >
      {null}
    </Item>
  );
}

function Broken({ series, fault }: { readonly series: SeriesWords; readonly fault: unknown }) {
  const said = fault instanceof Error ? fault.message : String(fault);
  return (
    <Item number={series.number} label={series.label || series.modality} count={String(series.count)} title={said}>
      <ImageOff aria-hidden="true" />
    </Item>
  );
}

function DocumentItem({ paper, number }: { readonly paper: ReadableDocument; readonly number: string }) {
  return (
    <Item id={paper.sopInstanceUid} number={number} label={paper.label} count={paper.modality} title={paper.label}>
      <FileText aria-hidden="true" />
    </Item>
  );
}

/** A thumbnail by the server; a block of its size until it is there, a crossed picture where it cannot be. */
function Picture({ path }: { readonly path: string | undefined }) {
  const [isBroken, setBroken] = useState(false);
  if (!path || isBroken) return <ImageOff aria-hidden="true" />;
  return <img src={`${path}?viewport=208,208`} alt="" draggable={false} onError={() => setBroken(true)} />;
}
