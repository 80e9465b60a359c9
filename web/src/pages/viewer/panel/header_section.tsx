/**
 * The header of the image that is shown: grouped, searchable, private attributes too; the attribute that gives its size is marked.
 *
 * While somebody scrolls through a stack the last header stays, and the next is asked for when they rest.
 */

import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { memo, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { get } from "@/api/http";
import type { HeaderRowWords, HeaderWords } from "@/api/words";
import { Fault } from "@/parts/fault";
import { isPersonal, matching, tagWords } from "@/parts/header_rows";
import { Identifier, PersonName } from "@/parts/person_name";
import { measuredOn } from "../measure/hits";
import { calibrationOfShape } from "../measure/readings";
import { alter, useMeasuring } from "../measure/store";
import type { PictureSlot } from "../slots";
import { groupsOf } from "./header_groups";
import { Heading } from "./heading";
import styles from "./panel.module.css";

interface Props {
  readonly picture: PictureSlot | undefined;
  readonly folded: boolean;
  readonly onFold: () => void;
}

const REST_MS = 150;

export function HeaderSection({ picture, folded, onFold }: Props) {
  const [search, setSearch] = useState("");
  const wanted = useDeferredValue(search);
  const [frame] = useDebouncedValue(picture?.frame, REST_MS);
  const uid = frame?.sopInstanceUid ?? "";
  const header = useQuery({
    queryKey: ["header", uid],
    queryFn: ({ signal }) => get<HeaderWords>(`/api/instances/${uid}/header`, undefined, signal),
    enabled: uid !== "" && !folded,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });
  const rows = header.data?.rows;
  const number = frame?.frame ?? 1;
  const groups = useMemo(() => groupsOf(matching(rows ?? [], wanted), number), [rows, wanted, number]);
  const marks = useMarks(picture);
  const count = rows?.filter(({ depth, vr }) => depth === 0 && vr !== "").length;
  const told = [picture?.frame ? imageWords(picture) : "", count === undefined ? "" : `${count} attributes`];
  return (
    <section className={`${styles.section} ${styles.header}`}>
      <Heading title="Header" count={picture?.frame ? told.filter(Boolean).join(", ") : ""} folded={folded} onFold={onFold} />
      {!folded && !picture?.frame && (
        <p className={styles.hint}>{picture ? "A cut has no header of its own." : "No picture is chosen."}</p>
      )}
      {!folded && picture?.frame && (
        <>
          <label className={styles.search}>
            <Search aria-hidden="true" />
            <input
              type="search"
              value={search}
              placeholder="Tag, name or value"
              aria-label="Search the header"
              spellCheck={false}
              onChange={(event) => setSearch(event.target.value)}
              onKeyDown={(event) => event.key === "Escape" && setSearch("")}
            />
          </label>
          {header.error && (
            <div className={styles.fault}>
              <Fault tried="The header could not be read" error={header.error} again={() => void header.refetch()} />
            </div>
          )}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keyboard */}
          <section className={styles.rows} tabIndex={0} aria-label="Attributes">
            {groups.map(({ name, rows: held }) => (
              <div key={name}>
                <h3>{name}</h3>
                {held.map((row) => (
                  <Row key={row.path} row={row} mark={row.keyword === "" ? undefined : marks.get(row.keyword)} />
                ))}
              </div>
            ))}
            {rows && groups.length === 0 && <p className={styles.hint}>No attribute holds “{wanted}”.</p>}
            {!rows && !header.error && <Blocks />}
          </section>
        </>
      )}
    </section>
  );
}

const imageWords = ({ index, stack, frame }: PictureSlot): string =>
  stack.isClip && frame ? `frame ${frame.frame}` : stack.frames.length > 1 ? `image ${index + 1}` : "";

/** Which attributes calibrate the picture, and how many measurements on it. */
function useMarks(picture: PictureSlot | undefined): ReadonlyMap<string, { readonly count: number; readonly inHand: boolean }> {
  const all = useMeasuring((now) => now.all);
  const selected = useMeasuring((now) => now.pointed ?? now.selected);
  return useMemo(() => {
    const marks = new Map<string, { count: number; inHand: boolean }>();
    if (!picture?.frame) return marks;
    const middle = { x: picture.size.columns / 2, y: picture.size.rows / 2 };
    const { keyword } = calibrationOfShape(picture, [middle]);
    if (keyword) marks.set(keyword, { count: 0, inHand: false });
    for (const one of measuredOn(picture, all)) {
      const source = one.reading.source?.keyword;
      if (!source) continue;
      const before = marks.get(source);
      marks.set(source, { count: (before?.count ?? 0) + 1, inHand: before?.inHand || one.id === selected });
    }
    return marks;
  }, [picture, all, selected]);
}

interface RowProps {
  readonly row: HeaderRowWords;
  readonly mark: { readonly count: number; readonly inHand: boolean } | undefined;
}

const Row = memo(function Row({ row, mark }: RowProps) {
  const indent = row.depth > 0 ? { paddingLeft: 12 + 8 * row.depth } : undefined;
  if (row.vr !== "") return <AttributeRow row={row} mark={mark} indent={indent} />;
  return (
    <p className={styles.item} style={indent}>
      {`Item ${row.path.split("/").at(-1)}`}
    </p>
  );
});

interface AttributeProps extends RowProps {
  readonly indent: { readonly paddingLeft: number } | undefined;
}

/** The attribute that gives a size says of how many measurements, and comes into view with the one in hand. */
function AttributeRow({ row, mark, indent }: AttributeProps) {
  const place = useRef<HTMLDivElement>(null);
  const inHand = mark?.inHand === true;
  useEffect(() => {
    if (inHand) place.current?.scrollIntoView({ block: "center" });
  }, [inHand]);
  const count = mark?.count ?? 0;
  const words = count > 0 ? `calibrates ${count} ${count === 1 ? "measurement" : "measurements"}` : "gives the size of a pixel";
  const point = (on: boolean) => () => alter(() => ({ pointedKeyword: on ? row.keyword : undefined }));
  return (
    <div
      ref={place}
      className={count > 0 ? `${styles.row} ${styles.marked}` : styles.row}
      data-keyword={row.keyword || undefined}
      style={indent}
      onPointerEnter={mark && point(true)}
      onPointerLeave={mark && point(false)}
    >
      <span className={styles.tag}>{tagWords(row.tag)}</span>
      <span className={styles.name}>{row.name || row.keyword || "Private"}</span>
      <span className={styles.text}>
        <Value row={row} />
      </span>
      {mark && <span className={count > 0 ? styles.calibrates : styles.gives}>{words}</span>}
    </div>
  );
}

/** Several values of more characters than this stand one below the other. */
const SHORT = 16;

/** VRs in which a backslash is a letter (PS3.5 6.2). */
const WHOLE_TEXTS = new Set(["LT", "ST", "UT", "UR"]);

function Value({ row }: { readonly row: HeaderRowWords }) {
  if (row.vr === "PN") return <PersonName name={row.value} />;
  if (isPersonal(row)) return <Identifier text={row.value} />;
  const values = WHOLE_TEXTS.has(row.vr) ? [row.value] : row.value.split("\\");
  const isLong = values.length > 1 && row.value.length > SHORT;
  return (
    <bdi>
      {values.map((value, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: values are told apart by their place alone
        <span key={place} className={isLong ? styles.one : undefined}>
          {value}
          {!isLong && place < values.length - 1 && "\\"}
        </span>
      ))}
      {row.cut && "…"}
    </bdi>
  );
}

const BLOCKS = [70, 110, 90, 60, 120, 80, 100, 64];

function Blocks() {
  return BLOCKS.map((width) => <div key={width} className={styles.block} style={{ width: 120 + width }} />);
}
