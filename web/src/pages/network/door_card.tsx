/** One card at the door, and what several of them show: a likely mistake in words, and not to be shown any more. */
import type { ReactNode } from "react";
import type { Ignoring } from "@/api/words";
import { clockWithSeconds, count, day } from "@/base/text";
import { Button } from "@/parts/button";
import { Lamp, type LampState } from "@/parts/lamp";
import styles from "./door.module.css";

const DAY_MS = 86_400_000;

interface CardProps {
  readonly lamp: LampState;
  readonly title: ReactNode;
  readonly last: string;
  readonly times: number;
  readonly now: Date;
  readonly children: ReactNode;
}

export function Card({ lamp, title, last, times, now, children }: CardProps) {
  return (
    <article className={styles.card}>
      <header>
        <Lamp state={lamp} />
        <h3>{title}</h3>
        {times > 1 && <span className={styles.times}>{count(times)} times</span>}
        <time dateTime={last}>
          {now.getTime() - new Date(last).getTime() < DAY_MS ? clockWithSeconds(new Date(last)) : day(new Date(last))}
        </time>
      </header>
      {children}
    </article>
  );
}

interface IgnoreProps {
  readonly who: Omit<Ignoring, "ignored">;
  readonly ignored: boolean;
  readonly words?: string;
  readonly decide: (wanted: Ignoring) => void;
}

export function Ignore({ who, ignored, words = "Ignore", decide }: IgnoreProps) {
  return (
    <Button small kind="quiet" onClick={() => decide({ ...who, ignored: !ignored })}>
      {ignored ? "Show again" : words}
    </Button>
  );
}

/** The likely mistake as the house words it; titles and addresses in it are what a machine compares. */
export function Reason({ text }: { readonly text: string }) {
  const parts = text.split(/('[^']*'|\b\d{1,3}(?:\.\d{1,3}){3}\b)/);
  return (
    <bdi>
      {parts.map((part, place) =>
        place % 2 ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence never change their places
          <bdi key={place} className="mono">
            {part.replaceAll("'", "")}
          </bdi>
        ) : (
          part
        ),
      )}
    </bdi>
  );
}
