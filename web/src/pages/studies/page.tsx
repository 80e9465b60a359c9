/**
 * Studies: what the archive holds, searched, sorted and chosen; what is chosen is opened, sent, exported, read or deleted.
 *
 * Filters, order, the chosen study and series stand in the address. What arrives appears by itself.
 */
import { useMediaQuery } from "@mantine/hooks";
import { Upload } from "lucide-react";
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { count } from "@/base/text";
import { dateWords } from "@/model/dates";
import { usePrivacy } from "@/model/privacy";
import { Button } from "@/parts/button";
import { EmptyState } from "@/parts/empty_state";
import { Fault } from "@/parts/fault";
import { openImport } from "@/parts/import_run";
import { PageBar } from "@/parts/page_bar";
import { offer } from "@/parts/palette";
import { shown, useColumns } from "./columns";
import { FilterBar } from "./filter_bar";
import { CLEARED, type Filters, isFiltered, NOTHING } from "./filters";
import styles from "./page.module.css";
import { type Rows, useRows } from "./rows";
import { without } from "./selection";
import { StudyPanel } from "./study_panel";
import { Table } from "./table";
import { useTick } from "./tick";
import { type ListAddress, useListAddress } from "./use_list";
import { useSelection } from "./use_selection";

const NARROW = "(width < 1280px)";

export default function Page() {
  const { filters, study, series, change, chooseStudy, chooseSeries, open } = useListAddress();
  const isNarrow = useMediaQuery(NARROW, globalThis.matchMedia?.(NARROW).matches, { getInitialValueInEffect: false });
  const ids = useColumns((now) => now.ids);
  const columns = useMemo(() => shown(ids, isNarrow), [ids, isNarrow]);
  const [seen, setSeen] = useState<readonly [number, number]>([0, 0]);
  const onSeen = useCallback((first: number, last: number) => setSeen([first, last]), []);
  const rows = useRows(useDeferredValue(filters), ...seen);
  const [selection, select] = useSelection(rows, study, chooseStudy);
  const [isDeleting, setDeleting] = useState(false);
  const grid = useRef<HTMLDivElement>(null);
  const searchBox = useRef<HTMLInputElement>(null);
  useTick(rows.arrivals);
  useSearchKey(searchBox);
  useCommands(rows, searchBox, change, open);
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
        onSelect={select}
        onOpen={(one) => open(one.study_instance_uid)}
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
        series={series}
        isDeleting={isDeleting}
        onDeleting={setDeleting}
        onSeries={chooseSeries}
        onOpen={open}
        onRemoved={(uids) => select(without(selection, uids))}
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

/** What the palette finds here: what can be done, and the studies that are loaded. */
function useCommands(
  rows: Rows,
  box: React.RefObject<HTMLInputElement | null>,
  change: ListAddress["change"],
  open: ListAddress["open"],
): void {
  const names = usePrivacy((now) => now.names);
  const { loaded } = rows;
  const known = [...loaded.values()].map((one) => one.study_instance_uid).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: offered anew when other studies are loaded, not with each count
  useEffect(
    () =>
      offer("studies", [
        { id: "studies-search", words: "Search the studies", group: "Action", run: () => setTimeout(() => box.current?.focus()) },
        { id: "studies-all", words: "Show all studies", group: "Action", run: () => change(NOTHING) },
        ...[...loaded.values()].map((one) => ({
          id: one.study_instance_uid,
          words: `Open ${[names ? one.patient_name : "•••••", one.study_description, dateWords(one.study_date)].filter(Boolean).join(", ")}`,
          group: "Study",
          run: () => open(one.study_instance_uid),
        })),
      ]),
    [known, names, change, open],
  );
}
