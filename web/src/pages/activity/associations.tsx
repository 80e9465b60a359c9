/**
 * The associations, those that others opened here and those that we opened: the open ones first, then the latest that are over. One row
 * says who, what, how much, how fast and how it ended; a click shows the rest beside it.
 */
import { ArrowDownLeft, ArrowUpRight } from "lucide-react";
import { memo, useEffect, useState } from "react";
import type { AssociationWords } from "@/api/words";
import { clockWithSeconds, count, moment } from "@/base/text";
import { Button } from "@/parts/button";
import { EmptyState } from "@/parts/empty_state";
import { Fault } from "@/parts/fault";
import { Lamp, type LampState } from "@/parts/lamp";
import { walkRows } from "@/parts/row_walk";
import { SearchField } from "@/parts/search_field";
import { SectionHeading } from "@/parts/section";
import { useParameters } from "@/parts/use_parameters";
import styles from "./associations.module.css";
import { amount, deeds, ending, isMeant, lampOf, lasted, who } from "./deeds";
import { paceOfOpen, paceOfPast, paceWords } from "./pace";
import type { Associations } from "./use_associations";

export function AssociationsPane({ found, short }: { readonly found: Associations; readonly short: boolean }) {
  const { place, set } = useParameters();
  const words = place.get("who") ?? "";
  const open = found.open.filter((one) => isMeant(one, words));
  const past = found.past.filter((one) => isMeant(one, words));
  return (
    <section className={short ? styles.short : styles.pane} aria-label="Associations">
      <SectionHeading
        title="Associations"
        count={found.waiting ? "" : `${count(found.open.length)} open, ${count(found.past.length)} over`}
      >
        <SearchField
          small
          className={styles.search ?? ""}
          label="Search the associations"
          placeholder="Title, address, what it did"
          value={words}
          onChange={(who) => set({ who })}
        />
      </SectionHeading>
      {found.error ? (
        <Fault tried="The associations could not be listed" error={found.error} again={found.again} />
      ) : (
        <Table open={open} past={past} found={found} searched={words !== ""} />
      )}
    </section>
  );
}

interface TableProps {
  readonly open: readonly AssociationWords[];
  readonly past: readonly AssociationWords[];
  readonly found: Associations;
  readonly searched: boolean;
}

function Table({ open, past, found, searched }: TableProps) {
  const now = useNow(open.length > 0);
  const today = now.toDateString();
  if (found.waiting) return <div className={styles.rows} aria-busy="true" />;
  if (open.length + past.length === 0) {
    return searched ? (
      <EmptyState title="Nobody like that has called">Older ones are in the log file of the data folder.</EmptyState>
    ) : (
      <EmptyState title="Nobody has called yet">Send with storescu, or let a device do a C-ECHO to the address below.</EmptyState>
    );
  }
  return (
    <div className={styles.rows}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th className={styles.lamp}>
              <span className="visually-hidden">State</span>
            </th>
            <th>Who</th>
            <th className={styles.address}>Address</th>
            <th>What</th>
            <th className={styles.number}>How much</th>
            <th className={styles.pace}>How fast</th>
            <th className={styles.number}>Lasted</th>
            <th className={styles.when}>Began</th>
          </tr>
        </thead>
        <tbody>
          {open.map((one) => (
            <Row key={one.token} one={one} now={now} pace={paceOfOpen(found.samples, one.token)} />
          ))}
          {past.map((one) => (
            <PastRow key={one.token} one={one} today={today} />
          ))}
        </tbody>
      </table>
      {found.more && (
        <div className={styles.more}>
          <Button small onClick={found.showMore}>
            Show older ones
          </Button>
        </div>
      )}
    </div>
  );
}

/** One that is over does not change any more: it is drawn once, whatever goes on above it. */
const PastRow = memo(function PastRow({ one, today }: { readonly one: AssociationWords; readonly today: string }) {
  return <Row one={one} now={new Date(today)} pace={paceOfPast(one)} />;
});

interface RowProps {
  readonly one: AssociationWords;
  readonly now: Date;
  readonly pace: ReturnType<typeof paceOfPast>;
}

function Row({ one, now, pace }: RowProps) {
  const { place, set } = useParameters();
  const chosen = place.get("association") === one.token;
  const choose = () => set({ association: chosen ? "" : one.token }, true);
  const state = lampOf(one);
  const end = ending(one);
  return (
    <tr className={chosen ? styles.chosen : undefined} onClick={choose}>
      <td className={styles.lamp}>
        <Lamp state={state} />
        <span className="visually-hidden">{STATES[state]}</span>
      </td>
      <td className={styles.who}>
        <button type="button" aria-pressed={chosen} onKeyDown={walkRows}>
          <bdi className={one.node ? undefined : "mono"}>{who(one)}</bdi>
        </button>
        {one.outgoing ? <ArrowUpRight aria-label="we called" /> : <ArrowDownLeft aria-label="called us" />}
      </td>
      <td className={`${styles.address} mono`}>{one.address}</td>
      <td title={end || undefined}>
        {deeds(one)}
        {end && <span className={styles[state] ?? styles.partly}>, {end}</span>}
      </td>
      <td className={styles.number}>{amount(one)}</td>
      <td className={styles.pace}>{pace ? paceWords(pace) : ""}</td>
      <td className={styles.number}>{one.outcome === "rejected" || one.outcome === "none" ? "" : lasted(one, now)}</td>
      <td className={styles.when}>
        <time dateTime={one.opened}>{withSeconds(new Date(one.opened), now)}</time>
      </td>
    </tr>
  );
}

const STATES: Readonly<Record<LampState, string>> = {
  good: "released",
  partly: "ended with a fault",
  bad: "turned away",
  unknown: "no association",
  busy: "open",
  listening: "open",
};

/** "14:31:58" today, with its day before. */
export function withSeconds(then: Date, now: Date): string {
  return then.toDateString() === now.toDateString() ? clockWithSeconds(then) : moment(then, now);
}

/** This moment, told again each second while something goes on. */
export function useNow(runs: boolean): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    if (!runs) return undefined;
    const timer = setInterval(() => setNow(new Date()), 1000);
    return () => clearInterval(timer);
  }, [runs]);
  return now;
}
