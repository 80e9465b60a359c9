/** Who is told when a node changes, whether that works, and what was told lately. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { change, get } from "@/api/http";
import type { Alerts as AlertsWords, ToldWords } from "@/api/words";
import { counted, moment } from "@/base/text";
import { Button } from "@/parts/button";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import { SectionHeading } from "@/parts/section";
import { AlertDialog } from "./alert_dialog";
import styles from "./heartbeat.module.css";

const KEY = ["alerts"] as const;
const AGAIN_MS = 15_000;

export function Alerts({ now }: { readonly now: Date }) {
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const [error, setError] = useState<unknown>();
  const [trying, setTrying] = useState("");
  const asked = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => get<AlertsWords>("/api/alerts", undefined, signal),
    refetchInterval: AGAIN_MS,
  });
  const tryOut = async (way: string) => {
    setTrying(way);
    setError(undefined);
    try {
      await change<ToldWords>("POST", "/api/alerts/test", { way });
    } catch (found) {
      setError(found);
    }
    setTrying("");
    await queries.invalidateQueries({ queryKey: KEY });
  };
  const ways = asked.data?.ways ?? [];
  const settings = asked.data?.settings;
  const where: Readonly<Record<string, string>> = { webhook: settings?.webhook ?? "", "e-mail": settings?.mail_to ?? "" };
  return (
    <section className={styles.panel}>
      <SectionHeading title="Alerts">
        <Button small disabled={!asked.data} onClick={() => setOpen(true)}>
          Change…
        </Button>
      </SectionHeading>
      {asked.error && <Fault tried="The alerts could not be read" error={asked.error} />}
      {asked.data && ways.every((way) => !way.set) && (
        <p className={styles.nothing}>Nobody is told when a node changes. A webhook or an e-mail can be.</p>
      )}
      <ul className={styles.ways}>
        {ways
          .filter((way) => way.set)
          .map((way) => {
            const last = asked.data?.latest.find((told) => told.way === way.name);
            return (
              <li key={way.name}>
                <Lamp state={!last ? "unknown" : last.error ? "bad" : "good"} />
                <span>
                  <span>{way.name === "webhook" ? "Webhook" : "E-mail"}</span>
                  <bdi className="mono" title={where[way.name]}>
                    {where[way.name]}
                  </bdi>
                  {way.waiting > 0 && <span className={styles.warn}>{counted(way.waiting, "alert")} could not be told yet</span>}
                </span>
                <Button small disabled={trying !== ""} onClick={() => void tryOut(way.name)}>
                  {trying === way.name ? "telling" : "Send a test"}
                </Button>
              </li>
            );
          })}
      </ul>
      {error !== undefined && <Fault tried="The test was not sent" error={error} />}
      <ol className={styles.told} aria-label="What was told">
        {asked.data?.latest.map((told) => (
          <Told key={told.moment + told.way} told={told} now={now} />
        ))}
      </ol>
      {open && settings && (
        <AlertDialog settings={settings} onClose={() => setOpen(false)} onKept={(kept) => queries.setQueryData(KEY, kept)} />
      )}
    </section>
  );
}

function Told({ told, now }: { readonly told: ToldWords; readonly now: Date }) {
  const first = told.alerts[0];
  return (
    <li>
      <Lamp state={told.error ? "bad" : "good"} />
      <div>
        <p>
          {first && (
            <>
              <bdi>{first.node}</bdi>
              {told.alerts.length > 1 && ` and ${told.alerts.length - 1} more`}: <bdi>{first.words}</bdi>
            </>
          )}
        </p>
        <p className={told.error ? styles.bad : styles.quiet}>
          {told.error ? `${told.way} failed: ${told.error}` : `told by ${told.way}`}
          {told.tries > 1 && `, ${told.tries} tries`}
        </p>
      </div>
      <time dateTime={told.moment}>{moment(new Date(told.moment), now)}</time>
    </li>
  );
}
