/** What the archive holds, what takes the disk, how long it lasts, and what came on each of the last thirty days. */
import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/http";
import { type Status, useStatus } from "@/api/status";
import type { DiskWords } from "@/api/words";
import { byteCount, count, counted, day as dayWords } from "@/base/text";
import { Copy } from "@/parts/copy";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import { SectionHeading } from "@/parts/section";
import styles from "./archive_panel.module.css";
import { byDay, isShort, lasting, type Part, partsOf } from "./disk";

const LOOK_SECONDS = 10;
/** While a large index is being summed, each look brings the sum on. */
const COUNTING_SECONDS = 0.3;
const DAYS = 30;

export function ArchivePanel() {
  const status = useStatus();
  const asked = useQuery({
    queryKey: ["disk"],
    queryFn: ({ signal }) => get<DiskWords>("/api/disk", undefined, signal),
    refetchInterval: ({ state }) => 1000 * (state.data && state.data.counted < state.data.total ? COUNTING_SECONDS : LOOK_SECONDS),
  });
  return (
    <section className={styles.panel} aria-label="Archive and disk">
      <SectionHeading title="Archive" />
      {status ? <Holdings status={status} /> : <div className={styles.blank} aria-busy="true" />}
      <div className={styles.disk}>
        <SectionHeading
          title="Disk"
          count={asked.data && `${byteCount(asked.data.bytes_free)} free of ${byteCount(asked.data.bytes_total)}`}
        />
        {asked.error && !asked.data ? (
          <Fault tried="The disk could not be asked" error={asked.error} again={() => void asked.refetch()} />
        ) : asked.data ? (
          <Disk disk={asked.data} />
        ) : (
          <div className={styles.blank} aria-busy="true" />
        )}
      </div>
    </section>
  );
}

function Holdings({ status }: { readonly status: Status }) {
  const rows = [
    ["Patients", count(status.patients)],
    ["Studies", count(status.studies)],
    ["Series", count(status.series)],
    ["Images and documents", count(status.instances)],
    ["Set aside", count(status.set_aside)],
  ] as const;
  return (
    <>
      {status.refusal && (
        <p className={styles.refusal} role="alert">
          <Lamp state="bad" /> {status.refusal}
        </p>
      )}
      <dl className={styles.facts}>
        {rows.map(([name, value]) => (
          <Fact key={name} name={name} value={value} />
        ))}
      </dl>
      <p className={styles.folder}>
        <span>Data folder</span>
        <bdi className="mono" title={status.folder}>
          {status.folder}
        </bdi>
        <Copy text={status.folder} what="the path of the data folder" />
      </p>
    </>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

function Disk({ disk }: { readonly disk: DiskWords }) {
  const parts = partsOf(disk);
  const summed = disk.counted < disk.total;
  return (
    <div>
      <Bar parts={parts} total={disk.bytes_total} />
      <dl className={styles.facts}>
        {parts.map((part) => (
          <PartRow key={part.name} part={part} />
        ))}
      </dl>
      {summed && (
        <p className={styles.summing}>
          Being summed: {count(disk.counted)} of {counted(disk.total, "image")}.
        </p>
      )}
      <p className={isShort(disk) ? styles.short : styles.lasts}>
        {isShort(disk) && <Lamp state="partly" />}
        <span>{lasting(disk)}</span>
      </p>
      <p className={styles.reserve}>Stores are refused when no more than {byteCount(disk.bytes_reserved)} are free.</p>
      <Chart disk={disk} />
    </div>
  );
}

function PartRow({ part }: { readonly part: Part }) {
  return (
    <>
      <dt>
        <span className={styles.key} data-part={part.name} aria-hidden="true" />
        {part.name}
      </dt>
      <dd>{byteCount(part.bytes)}</dd>
    </>
  );
}

function Bar({ parts, total }: { readonly parts: readonly Part[]; readonly total: number }) {
  return (
    <div className={styles.bar} aria-hidden="true">
      {parts.map((part) => (
        <span
          key={part.name}
          data-part={part.name}
          style={{ width: `${(part.bytes / Math.max(1, total)) * 100}%`, minWidth: part.bytes ? 2 : 0 }}
        />
      ))}
    </div>
  );
}

function Chart({ disk }: { readonly disk: DiskWords }) {
  const days = byDay(disk.hours, new Date(), DAYS);
  const most = Math.max(...days.map((day) => day.bytes));
  const today = days.at(-1);
  return (
    <figure className={styles.figure}>
      <figcaption>
        <span>Came in, {DAYS} days</span>
        <span>{most ? `${byteCount(most)} the most` : ""}</span>
      </figcaption>
      <ul className={styles.chart}>
        {days.map((day) => (
          <li key={day.day} title={`${day.day}: ${counted(day.instances, "image")}, ${byteCount(day.bytes)}`}>
            <span style={{ height: most ? `${(day.bytes / most) * 100}%` : 0 }} data-any={day.bytes > 0} />
            <span className="visually-hidden">
              {day.day}: {counted(day.instances, "image")}, {byteCount(day.bytes)}
            </span>
          </li>
        ))}
      </ul>
      <p className={styles.axis} aria-hidden="true">
        <span>{days[0]?.day.slice(5)}</span>
        <span>{dayWords(new Date()).slice(5)}</span>
      </p>
      {today && (
        <p className={styles.today}>
          Today {counted(today.instances, "image")}, {byteCount(today.bytes)}.
        </p>
      )}
    </figure>
  );
}
