/**
 * A document in a cell: a structured report line by line, a PDF as it is, anything else to be saved.
 *
 * Which instance it is comes in; what it says is asked for here. Names stay masked while they are off.
 */

import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { ask, get } from "@/api/http";
import type { DocumentLineWords, DocumentWords } from "@/api/words";
import { Fault } from "@/parts/fault";
import { Identifier, PersonName } from "@/parts/person_name";
import type { ReadableDocument } from "../slots";
import styles from "./document_cell.module.css";

const ENCAPSULATED = "1.2.840.10008.5.1.4.1.1.104.";

export function DocumentCell({ document }: { readonly document: ReadableDocument }) {
  return document.sopClassUid.startsWith(ENCAPSULATED) ? (
    <EncapsulatedDocument document={document} />
  ) : (
    <Report document={document} />
  );
}

function EncapsulatedDocument({ document }: { readonly document: ReadableDocument }) {
  const place = `/api/instances/${encodeURIComponent(document.sopInstanceUid)}/encapsulated`;
  const kind = useQuery({
    queryKey: ["encapsulated", document.sopInstanceUid],
    queryFn: async ({ signal }) => {
      const answer = await ask(place, { signal });
      await answer.body?.cancel();
      return answer.headers.get("content-type") ?? "";
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (kind.error) return <Failed tried="The document could not be read" error={kind.error} again={() => void kind.refetch()} />;
  if (kind.data === undefined) return <div className={styles.paper} />;
  if (kind.data.startsWith("application/pdf")) return <iframe className={styles.pdf} src={place} title={document.label} />;
  return (
    <div className={styles.paper}>
      <p>This document is no PDF, and can only be saved.</p>
      <a className={styles.save} href={place} download>
        <Download aria-hidden="true" />
        Save it
      </a>
    </div>
  );
}

function Report({ document }: { readonly document: ReadableDocument }) {
  const report = useQuery({
    queryKey: ["document", document.sopInstanceUid],
    queryFn: ({ signal }) =>
      get<DocumentWords>(`/api/instances/${encodeURIComponent(document.sopInstanceUid)}/document`, undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (report.error) return <Failed tried="The report could not be read" error={report.error} again={() => void report.refetch()} />;
  if (!report.data) return <div className={styles.paper} />;
  const { title, patient_name, patient_id, lines, more } = report.data;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keyboard
    <article className={styles.paper} tabIndex={0}>
      <h2>{title}</h2>
      <p className={styles.about}>
        <PersonName name={patient_name} /> <Identifier text={patient_id} />
      </p>
      <p className={styles.about}>{standing(report.data)}</p>
      <Lines lines={lines} />
      {more && <p className={styles.about}>The report has more items than are shown here.</p>}
    </article>
  );
}

function Failed(props: { readonly tried: string; readonly error: unknown; readonly again: () => void }) {
  return (
    <div className={styles.paper}>
      <Fault {...props} />
    </div>
  );
}

/** When, by whom, and how far it may be relied on. */
function standing(report: DocumentWords): string {
  const date = report.content_date.replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3");
  const time = report.content_time.replace(/^(\d\d)(\d\d).*$/, "$1:$2");
  const verified = report.verification === "VERIFIED" ? "verified" : "not verified";
  const completion = report.completion ? report.completion.toLowerCase() : "";
  return [[date, time].filter(Boolean).join(" "), report.institution || report.manufacturer, completion, verified]
    .filter(Boolean)
    .join(" · ");
}

function Lines({ lines }: { readonly lines: readonly DocumentLineWords[] }) {
  return (
    <ul className={styles.lines}>
      {lines.map((line, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of a report have no names, and never change
        <li key={place}>
          <Line line={line} />
        </li>
      ))}
    </ul>
  );
}

function Line({ line }: { readonly line: DocumentLineWords }) {
  const isHeading = line.kind === "container";
  const images = line.images.length;
  return (
    <>
      {isHeading ? (
        <h3>{line.name || "Section"}</h3>
      ) : (
        <p className={styles.line}>
          {line.name && <span className={styles.name}>{line.name}</span>}
          <span className={line.kind === "num" ? styles.number : undefined}>
            {line.kind === "pname" ? <PersonName name={line.value} /> : <bdi>{line.value}</bdi>}
            {line.unit && ` ${line.unit}`}
          </span>
          {images > 0 && <span className={styles.name}>{images === 1 ? "an image" : `${images} images`}</span>}
        </p>
      )}
      {line.lines.length > 0 && <Lines lines={line.lines} />}
    </>
  );
}
