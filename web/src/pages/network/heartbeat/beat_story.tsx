/** The chosen node over the time shown: the strip large, what it comes to, and when it was away. */
import { useNavigate } from "react-router";
import type { BeatWords, HeartbeatWords } from "@/api/words";
import { clock, count, counted } from "@/base/text";
import { Button } from "@/parts/button";
import { Lamp } from "@/parts/lamp";
import frame from "../frame.module.css";
import { lampOf, number, outageWords, percent } from "./beats";
import styles from "./heartbeat.module.css";
import { Strip } from "./strip";

interface Props {
  readonly heartbeat: HeartbeatWords;
  readonly beat: BeatWords;
  readonly now: Date;
}

export function BeatStory({ heartbeat, beat, now }: Props) {
  const navigate = useNavigate();
  const answered = beat.asked - beat.failed - beat.excused;
  return (
    <section className={styles.story} aria-label={`${beat.name} over the time shown`}>
      <header className={`${frame.bar} ${styles.bar}`}>
        <Lamp state={lampOf(beat)} />
        <h2>
          <bdi>{beat.name}</bdi>
        </h2>
        <p>{sum(beat, answered)}</p>
        <Button onClick={() => navigate(`/network?node=${encodeURIComponent(beat.name)}`)}>Its story</Button>
      </header>
      <div className={styles.large}>
        <Strip
          parts={beat.parts}
          hoursWide={heartbeat.part_hours}
          label={`${answered} of ${beat.asked} echoes answered`}
          step={Math.floor(720 / Math.max(1, beat.parts.length))}
          height={64}
        />
        <div className={styles.axis}>
          <span>{at(new Date(heartbeat.begins), heartbeat.days)}</span>
          <span>{at(new Date((Date.parse(heartbeat.begins) + Date.parse(heartbeat.ends)) / 2), heartbeat.days)}</span>
          <span>now</span>
        </div>
      </div>
      <div className={styles.outages}>
        <h3>When it was away</h3>
        {beat.outages.length === 0 && <p>{beat.asked ? "Not within this time." : "Nobody has asked it within this time."}</p>}
        <ol>
          {beat.outages.map((outage) => (
            <li key={outage.since}>
              <span className={outage.until ? "" : styles.bad}>{outageWords(outage, now)}</span>
              <bdi>{outage.words}</bdi>
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}

function sum(beat: BeatWords, answered: number): string {
  if (!beat.listens) return "It calls, and does not listen at its port";
  if (beat.asked === 0) return "Not asked within this time";
  const parts = [`${count(answered)} of ${counted(beat.asked, "echo", "echoes")} answered`];
  if (beat.availability !== null && beat.excused > 0)
    parts.push(`${percent(beat.availability)} without the ${count(beat.excused)} that maintenance excuses`);
  if (beat.milliseconds !== null)
    parts.push(`${number(beat.milliseconds)} ms on average, ${number(beat.slowest ?? 0)} ms at worst`);
  return parts.join("; ");
}

function at(moment: Date, days: number): string {
  if (days === 1) return clock(moment);
  return moment.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
}
