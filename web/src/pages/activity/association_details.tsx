/** One association whole: who called whom and with what, what was agreed on, what was asked, how it ended. */
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useCallback, useEffect } from "react";
import { get } from "@/api/http";
import type { AssociationWords, ContextWords, AssociationDetails as Details } from "@/api/words";
import { byteCount, count } from "@/base/text";
import { IconButton } from "@/parts/button";
import { Copy } from "@/parts/copy";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import { SectionHeading } from "@/parts/section";
import { Term } from "@/parts/term";
import { useParameters } from "@/parts/use_parameters";
import styles from "./association_details.module.css";
import { type ContextRow, contextRows, isRefused } from "./contexts";
import { deeds, ending, lampOf, lasted, who } from "./deeds";

interface Props {
  readonly token: string;
  /** As the list knows it, which is newer than what was asked for. */
  readonly known: AssociationWords | undefined;
  readonly now: Date;
}

export function AssociationDetails({ token, known, now }: Props) {
  const { set } = useParameters();
  const close = useCallback(() => set({ association: "" }, true), [set]);
  const asked = useQuery({
    queryKey: ["association", token],
    queryFn: ({ signal }) => get<Details>(`/api/associations/${encodeURIComponent(token)}`, undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) close();
    };
    window.addEventListener("keydown", key);
    return () => window.removeEventListener("keydown", key);
  }, [close]);
  const one = known ?? asked.data;
  return (
    <aside className={styles.panel} aria-label="One association">
      <SectionHeading title="Association">
        <IconButton label="Close" onClick={close}>
          <X />
        </IconButton>
      </SectionHeading>
      <div className={styles.body}>
        {asked.error && !one && <Fault tried="It could not be shown" error={asked.error} again={() => void asked.refetch()} />}
        {one && <Facts one={one} now={now} />}
        {asked.data && <Contexts contexts={asked.data.contexts} />}
      </div>
    </aside>
  );
}

function Facts({ one, now }: { readonly one: AssociationWords; readonly now: Date }) {
  const end = ending(one);
  return (
    <>
      <div className={styles.verdict}>
        <Lamp state={lampOf(one)} />
        <p>
          <strong>
            <bdi>{who(one)}</bdi>
            {one.outgoing && ":"}
          </strong>{" "}
          {deeds(one)}
          {end && `, ${end}`}.
        </p>
      </div>
      {one.note && <p className={styles.note}>{one.note}</p>}
      <dl className={styles.facts}>
        <dt>{one.outgoing ? "We called" : "Called from"}</dt>
        <dd className="mono">{one.address}</dd>
        <dt>
          {one.outgoing ? "Our" : "Its"} <Term word="AE title" />
        </dt>
        <dd className="mono">
          <bdi>{one.calling_ae_title || "none"}</bdi>
        </dd>
        <dt>{one.outgoing ? "Its AE title" : "It called"}</dt>
        <dd className="mono">
          <bdi>{one.called_ae_title || "nobody"}</bdi>
        </dd>
        {one.implementation_version_name && (
          <>
            <dt>Implementation</dt>
            <dd className="mono" title={one.implementation_class_uid}>
              <bdi>{one.implementation_version_name}</bdi>
            </dd>
          </>
        )}
        <dt>Lasted</dt>
        <dd>{lasted(one, now)}</dd>
        <dt>Came in</dt>
        <dd>{byteCount(one.bytes_in)}</dd>
        <dt>Went out</dt>
        <dd>{byteCount(one.bytes_out)}</dd>
        {Object.entries(one.requests).map(([operation, times]) => (
          <Requests key={operation} operation={operation} times={times} failed={one.failures[operation] ?? 0} />
        ))}
        <dt>In the log</dt>
        <dd className={styles.token}>
          <span className="mono">{one.token}</span>
          <Copy text={one.token} what="the token, which finds it in the debug log" />
        </dd>
      </dl>
    </>
  );
}

function Requests({ operation, times, failed }: { readonly operation: string; readonly times: number; readonly failed: number }) {
  return (
    <>
      <dt>{SERVICES[operation] ?? operation}</dt>
      <dd>
        {count(times)}
        {failed > 0 && <span className={styles.failed}>, {count(failed)} failed</span>}
      </dd>
    </>
  );
}

const SERVICES: Readonly<Record<string, string>> = {
  echo: "C-ECHO",
  store: "C-STORE",
  find: "C-FIND",
  move: "C-MOVE",
  get: "C-GET",
};

function Contexts({ contexts }: { readonly contexts: readonly ContextWords[] }) {
  if (contexts.length === 0) return null;
  const agreed = contexts.filter((one) => one.transfer_syntax).length;
  return (
    <section>
      <h3 className={styles.heading}>
        <Term word="Presentation context">Presentation contexts</Term>
        <span>
          {agreed} of {contexts.length} accepted
        </span>
      </h3>
      <ul className={styles.contexts}>
        {contextRows(contexts).map((row) => (
          <li key={row.abstractSyntax}>
            <Lamp state={isRefused(row) ? "bad" : row.refused ? "partly" : "good"} size={10} />
            <div>
              <p title={row.abstractSyntax}>{row.name}</p>
              <p className={styles.syntax}>{answered(row)}</p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** "Explicit VR Little Endian, JPEG Baseline; 1 refused". */
function answered(row: ContextRow): string {
  if (isRefused(row)) return "refused";
  const syntaxes = row.syntaxes.join(", ");
  return row.refused ? `${syntaxes}; ${row.refused} refused` : syntaxes;
}
