/** The header of the instance that stands for a series, every attribute with its name, searched as one types. */
import { Drawer } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState } from "react";
import { get } from "@/api/http";
import type { HeaderRowWords, HeaderWords, SeriesWords } from "@/api/words";
import { byteCount, count, counted } from "@/base/text";
import { usePrivacy } from "@/model/privacy";
import { Fault } from "@/parts/fault";
import { isPersonal, marked, matching, tagWords } from "@/parts/header_rows";
import styles from "./header_drawer.module.css";
import { titleOf } from "./series_words";

const LINE = 25;
const INDENT = 12;

export function HeaderDrawer({ series, onClose }: { readonly series: SeriesWords; readonly onClose: () => void }) {
  const [search, setSearch] = useState("");
  const uid = series.sop_instance_uid;
  const header = useQuery({
    queryKey: ["header", uid],
    queryFn: ({ signal }) => get<HeaderWords>(`/api/instances/${uid}/header`, undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const all = header.data?.rows;
  const rows = useMemo(() => matching(all ?? [], search), [all, search]);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={640}
      title={
        <>
          Header of series {series.series_number} <bdi>{titleOf(series)}</bdi>
        </>
      }
      transitionProps={{ duration: 0 }}
      overlayProps={{ backgroundOpacity: 0.4 }}
      styles={{ content: { display: "flex", flexDirection: "column" }, body: { flex: 1, minHeight: 0, padding: 0 } }}
    >
      <div className={styles.body}>
        <div className={styles.search}>
          <input
            data-autofocus
            type="search"
            aria-label="Search the header"
            placeholder="Tag, name or value"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
          <span className={styles.found} aria-live="polite">
            {all && (search.trim() ? `${count(rows.length)} of ${count(all.length)}` : counted(all.length, "row"))}
          </span>
        </div>
        {header.data && <About header={header.data} series={series} />}
        {header.error ? (
          <Fault tried="The header could not be read" error={header.error} again={() => void header.refetch()} />
        ) : all ? (
          <Rows rows={rows} search={search} />
        ) : (
          Array.from({ length: 16 }, (_, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the blocks are all alike
            <div key={place} className={styles.bone} aria-hidden="true" />
          ))
        )}
      </div>
    </Drawer>
  );
}

function About({ header, series }: { readonly header: HeaderWords; readonly series: SeriesWords }) {
  return (
    <p className={styles.about}>
      {series.instance_count > 1 ? `The instance in the middle of ${count(series.instance_count)}` : "The only instance"},{" "}
      {byteCount(header.byte_count)}, {header.transfer_syntax_name}. <span className="mono">{header.sop_instance_uid}</span>
      {header.more && " There are more attributes than are shown here."}
    </p>
  );
}

function Rows({ rows, search }: { readonly rows: readonly HeaderRowWords[]; readonly search: string }) {
  const scroller = useRef<HTMLDivElement>(null);
  const names = usePrivacy((now) => now.names);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE,
    overscan: 12,
    getItemKey: (place) => rows[place]?.path ?? place,
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keyboard too
    <section ref={scroller} className={styles.rows} tabIndex={0} aria-label="Attributes">
      <div className={styles.whole} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          return (
            row && (
              <div
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                className={styles.row}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <Line row={row} search={search} isMasked={!names && isPersonal(row) && row.value !== ""} />
              </div>
            )
          );
        })}
      </div>
    </section>
  );
}

function Line({ row, search, isMasked }: { readonly row: HeaderRowWords; readonly search: string; readonly isMasked: boolean }) {
  const isItem = row.vr === "";
  return (
    <>
      <span className={styles.tag} style={{ paddingLeft: row.depth * INDENT }}>
        {!isItem && <Marked text={`(${tagWords(row.tag)})`} search={search} />}
      </span>
      <span className={styles.vr}>{row.vr}</span>
      <span className={`${styles.name} ${isItem ? styles.item : ""}`}>
        <Marked text={row.name} search={search} />
      </span>
      <bdi className={styles.value}>
        {isMasked ? "•••" : <Marked text={row.value} search={search} />}
        {row.cut && !isMasked && <span className={styles.cut}> … there is more</span>}
      </bdi>
    </>
  );
}

function Marked({ text, search }: { readonly text: string; readonly search: string }) {
  return marked(text, search).map((part, place) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: parts are told apart by their place alone
    place % 2 ? <mark key={place}>{part}</mark> : part,
  );
}
