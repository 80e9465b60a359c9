/**
 * Studies: what the archive holds, searched, sorted and chosen; what is chosen is opened, sent, exported, read or deleted.
 *
 * Filters, order, the chosen study and series stand in the address. What arrives appears by itself.
 */
import { useMediaQuery } from "@mantine/hooks";
import { Upload } from "lucide-react";
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { withParameters } from "@/api/http";
import { count } from "@/base/text";
import { Button } from "@/parts/button";
import { EmptyState } from "@/parts/empty_state";
import { Fault } from "@/parts/fault";
import { openImport } from "@/parts/import_run";
import { PageBar } from "@/parts/page_bar";
import { offer } from "@/parts/palette";
import { shown, useColumns } from "./columns";
import { FilterBar } from "./filter_bar";
import { CLEARED, type Filters, fromAddress, isFiltered, NOTHING, toAddress, withSeries, withStudy } from "./filters";
import styles from "./page.module.css";
import { useRows } from "./rows";
import { NONE, refreshed, type Selection, without } from "./selection";
import { StudyPanel } from "./study_panel";
import { Table } from "./table";
import { useTick } from "./tick";

export default function Page() {
  const [address, setAddress] = useSearchParams();
  const navigate = useNavigate();
  const filters = useMemo(() => fromAddress(address), [address]);
  const isNarrow = useMediaQuery("(width < 1280px)", globalThis.matchMedia?.("(width < 1280px)").matches, {
    getInitialValueInEffect: false,
  });
  const ids = useColumns((now) => now.ids);
  const columns = useMemo(() => shown(ids, isNarrow), [ids, isNarrow]);
  const [seen, setSeen] = useState<readonly [number, number]>([0, 0]);
  const onSeen = useCallback((first: number, last: number) => setSeen([first, last]), []);
  const rows = useRows(useDeferredValue(filters), ...seen);
  const [selection, setSelection] = useState<Selection>(() => ({ ...NONE, current: address.get("study") ?? "" }));
  const [isDeleting, setDeleting] = useState(false);
  const grid = useRef<HTMLDivElement>(null);
  const searchBox = useRef<HTMLInputElement>(null);
  useTick(rows.arrivals);

  const rewrite = useCallback(
    (next: (address: URLSearchParams) => URLSearchParams, replace: boolean) =>
      // the address of this moment, which may be ahead of what is drawn
      setAddress(next(new URLSearchParams(globalThis.location.search)), { replace }),
    [setAddress],
  );
  const change = useCallback(
    (changed: Partial<Filters>, typed = false) => rewrite((now) => toAddress({ ...fromAddress(now), ...changed }, now), typed),
    [rewrite],
  );
  const choose = useCallback(
    (next: Selection) => {
      setSelection(next);
      if (next.current !== selection.current) rewrite((now) => withStudy(now, next.current), true);
    },
    [selection.current, rewrite],
  );
  const chooseSeries = (uid: string) => rewrite((now) => withSeries(now, uid), true);
  const open = useCallback(
    (study: string, series?: string) => void navigate(withParameters("/viewer", { study, series })),
    [navigate],
  );
  useKeptSelection(rows.loaded, selection, setSelection, address.get("study") ?? "");
  useSearchKey(searchBox);
  useEffect(
    () =>
      offer("studies", [
        {
          id: "studies-search",
          words: "Search the studies",
          group: "Action",
          run: () => setTimeout(() => searchBox.current?.focus()),
        },
        { id: "studies-all", words: "Show all studies", group: "Action", run: () => change(NOTHING) },
      ]),
    [change],
  );
  return (
    <>
      <PageBar
        title="Studies"
        count={rows.isKnown && <Counts matching={rows.matching} total={rows.total} filters={filters} />}
        actions={
          <Button icon={<Upload aria-hidden="true" />} onClick={openImport}>
            Import
          </Button>
        }
      />
      <FilterBar
        filters={filters}
        isNarrow={isNarrow}
        searchBox={searchBox}
        onChange={change}
        onLeave={() => grid.current?.focus()}
      />
      {rows.error !== undefined && (
        <div className={styles.fault}>
          <Fault tried="The studies could not be listed" error={rows.error} again={rows.again} />
        </div>
      )}
      <Table
        rows={rows}
        columns={columns}
        isNarrow={isNarrow}
        sort={filters.sort}
        descending={filters.descending}
        selection={selection}
        grid={grid}
        onSort={(sort, descending) => change({ sort, descending })}
        onSelect={choose}
        onOpen={(study) => open(study.study_instance_uid)}
        onSeen={onSeen}
        onDelete={() => setDeleting(true)}
        empty={
          <EmptyState title={isFiltered(filters) ? "No study matches all of this." : "The archive holds no study."}>
            {isFiltered(filters) && <Button onClick={() => change(CLEARED)}>Clear the filters</Button>}
          </EmptyState>
        }
      />
      <StudyPanel
        selection={selection}
        series={address.get("series") ?? ""}
        isDeleting={isDeleting}
        onDeleting={setDeleting}
        onSeries={chooseSeries}
        onOpen={open}
        onRemoved={(uids) => choose(without(selection, uids))}
      />
    </>
  );
}

function Counts({ matching, total, filters }: { readonly matching: number; readonly total: number; readonly filters: Filters }) {
  return (
    <span aria-live="polite">
      <strong>{count(matching)}</strong>
      {isFiltered(filters) && ` of ${count(total)}`}
    </span>
  );
}

/** The study of the address is selected once its row is known; counts of selected studies follow what arrives. */
function useKeptSelection(
  loaded: ReadonlyMap<number, Parameters<typeof refreshed>[1] extends Iterable<infer Row> ? Row : never>,
  selection: Selection,
  onSelect: (selection: Selection) => void,
  wanted: string,
): void {
  useEffect(() => {
    let next = refreshed(selection, loaded.values());
    if (wanted && wanted === next.current && next.studies.size === 0) {
      for (const [place, row] of loaded) {
        if (row.study_instance_uid === wanted) next = { studies: new Map([[wanted, row]]), current: wanted, anchor: place };
      }
    }
    if (next !== selection) onSelect(next);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the address leads, the selection follows
  useEffect(() => {
    // Back and Forward lead to another study
    if (wanted !== selection.current) onSelect({ studies: new Map(), current: wanted, anchor: 0 });
  }, [wanted]);
}

/** `/` goes to the search box from anywhere on the page where nothing is being typed. */
function useSearchKey(box: React.RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLElement && event.target.closest("input, textarea, [contenteditable]");
      if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      box.current?.focus();
      box.current?.select();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [box]);
}
