/**
 * The viewer: a study's pictures in cells, with the series at the left, the tools above and the panel at the right.
 *
 * The address says which study and what of it; the state is written back there. Everything else is done by the rooms beside this one.
 */

import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { EmptyState } from "@/parts/empty_state";
import { Fault } from "@/parts/fault";
import { offer } from "@/parts/palette";
import { ACTIONS } from "./actions";
import { CellView } from "./cell";
import { useCine } from "./cine_clock";
import { KeysDialog } from "./keys_dialog";
import { columnsOf, rowsOf } from "./layouts";
import { useMeasuringKeys } from "./measure/keys";
import styles from "./page.module.css";
import { Panel } from "./panel/panel";
import { PictureMenu } from "./picture_menu";
import { SeriesStrip } from "./series_strip";
import { activeSlot, change, useViewer } from "./state";
import { ToolBar } from "./tool_bar";
import { useAddress } from "./use_address";
import { useArrivals } from "./use_arrivals";
import { useKeyboard } from "./use_keyboard";

export default function ViewerPage() {
  const [search] = useSearchParams();
  if (!search.get("study")) {
    return (
      <EmptyState title="No study is open">
        <Link to="/">Open one from the list of studies</Link>
      </EmptyState>
    );
  }
  return <StudyView />;
}

function StudyView() {
  const [keys, setKeys] = useState(false);
  const { fault, again } = useAddress();
  const showKeys = useCallback(() => setKeys(true), []);
  useMeasuringKeys();
  useKeyboard(showKeys);
  useCine();
  useArrivals();
  useOffers();
  return (
    <div className={styles.viewer}>
      <ToolBar onKeys={showKeys} />
      <div className={styles.below}>
        <SeriesStrip />
        {fault === undefined ? (
          <Cells />
        ) : (
          <div className={styles.fault}>
            <Fault tried="The study could not be opened" error={fault} again={again} />
          </div>
        )}
        <SidePanel />
      </div>
      <PictureMenu />
      {keys && <KeysDialog onClose={() => setKeys(false)} />}
    </div>
  );
}

/** At the right, for the picture of the active cell; folded to begin with where it would stand over the pictures. */
function SidePanel() {
  const open = useViewer((now) => now.panel);
  const picture = useViewer(activeSlot);
  useEffect(() => {
    if (window.innerWidth < PANEL_ROOM) change(() => ({ panel: false }));
  }, []);
  // nothing is asked about a study before it is known that it is here
  const isHere = useViewer((now) => now.series.length > 0);
  if (!isHere) return <div className={open ? `${styles.panel} ${styles.open}` : styles.panel} />;
  return <Panel picture={picture} open={open} onOpen={(panel) => change(() => ({ panel }))} />;
}

/** Pixels of a window in which the panel stands beside the cells. */
const PANEL_ROOM = 1280;

function Cells() {
  const layout = useViewer((now) => now.layout);
  const full = useViewer((now) => now.full);
  const active = useViewer((now) => now.active);
  const isEmpty = useViewer((now) => now.listed && now.series.length === 0);
  const grid = useRef<HTMLDivElement>(null);
  usePaper(grid);
  useTitle();
  if (isEmpty)
    return <EmptyState title="This study is not in the archive">It may have been deleted, or it has not arrived yet.</EmptyState>;
  const [rows, columns] = full ? [1, 1] : [rowsOf(layout), columnsOf(layout)];
  const places = full ? [active] : Array.from({ length: rows * columns }, (_, place) => place);
  return (
    <div
      ref={grid}
      className={styles.cells}
      style={{ gridTemplate: `repeat(${rows}, minmax(0, 1fr)) / repeat(${columns}, minmax(0, 1fr))` }}
    >
      {places.map((place) => (
        <CellView key={place} place={place} />
      ))}
    </div>
  );
}

/** Pixels of a landscape page, of A4 or Letter, inside its margins. */
const PAPER = { width: 990, height: 730 };

/** On paper the cells keep the shape that they have on the screen, as large as the page allows. */
function usePaper(grid: RefObject<HTMLDivElement | null>): void {
  useEffect(() => {
    const measure = () => {
      const element = grid.current;
      if (!element) return;
      const { clientWidth: width, clientHeight: height } = element;
      element.style.setProperty("--paper-width", `${width}px`);
      element.style.setProperty("--paper-height", `${height}px`);
      element.style.setProperty("--paper-zoom", String(Math.min(PAPER.width / width, PAPER.height / height)));
    };
    window.addEventListener("beforeprint", measure);
    return () => window.removeEventListener("beforeprint", measure);
  }, [grid]);
}

/** The palette finds what can be done here as well. */
function useOffers(): void {
  useEffect(
    () =>
      offer(
        "viewer",
        ACTIONS.map(({ id, words, run, refusal }) => ({
          id: `viewer ${id}`,
          words,
          group: "Viewer",
          run,
          refusal: () => refusal?.(useViewer.getState()) ?? "",
        })),
      ),
    [],
  );
}

/** The tab says which study it shows, never whose. */
function useTitle(): void {
  const words = useViewer((now) => now.about?.text("StudyDescription") ?? "");
  useEffect(() => {
    const before = document.title;
    document.title = words ? `${words} · Isocenter` : "Viewer · Isocenter";
    return () => {
      document.title = before;
    };
  }, [words]);
}
