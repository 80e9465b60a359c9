/** What crossed the wire in one layer: each exchange, and the bytes of the one that is looked at. */
import { useState } from "react";
import { Link } from "react-router";
import type { ExchangeWords, StepWords } from "@/api/words";
import { byteCount, clockWithMilliseconds, count } from "@/base/text";
import { usePrivacy } from "@/model/privacy";
import { Card } from "@/parts/card";
import { pieces, rows } from "./bytes";
import { Sentence } from "./sentence";
import styles from "./wire.module.css";

interface Props {
  readonly step: StepWords;
  readonly names: readonly string[];
}

/** Layers whose answers are of real patients. */
const SEARCHES: ReadonlySet<StepWords["layer"]> = new Set(["find", "find again"]);

/** Words of an exchange that ended a layer; a list that is merely incomplete is not red. */
const BAD = /ASSOCIATE-RJ|ABORT|refus|reject|reset|closed|silence|nothing|no answer|failed|fail/i;

export function Wire({ step, names }: Props) {
  const [chosen, setChosen] = useState<number>();
  const { exchanges } = step;
  const last = exchanges.length - 1;
  const at = chosen !== undefined && chosen <= last ? chosen : last;
  const shown = exchanges[at];
  const isBad = step.outcome === "failed";
  const { names: areNamesShown } = usePrivacy();
  const isMasked = !areNamesShown && SEARCHES.has(step.layer) && shown?.direction === "got";
  return (
    <Card
      title="What went over the wire"
      end={
        shown?.recording && (
          <Link className={styles.inspector} to={`/connections?view=inspector&connection=${encodeURIComponent(shown.recording)}`}>
            Open in the inspector
          </Link>
        )
      }
    >
      <ul className={styles.exchanges}>
        {exchanges.map((one, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: exchanges are told apart by their order
          <li key={place}>
            <button type="button" aria-pressed={place === at} onClick={() => setChosen(place)}>
              <time dateTime={one.moment}>{clockWithMilliseconds(new Date(one.moment))}</time>
              <span className={styles.direction}>{one.direction}</span>
              <span className={styles.words} data-bad={(isBad && place === last && BAD.test(one.words)) || undefined}>
                <Words text={one.words} names={names} />
              </span>
              <span className={styles.size}>
                {one.byte_count < 10_000 ? `${count(one.byte_count)} bytes` : byteCount(one.byte_count)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {shown && shown.raw !== "" && isMasked && (
        <p className={styles.masked}>What a search found may name patients: its bytes are masked with the names.</p>
      )}
      {shown && shown.raw !== "" && !isMasked && <Bytes exchange={shown} isBad={isBad} />}
    </Card>
  );
}

/** The name of the PDU before its comma stands out. */
function Words({ text, names }: { readonly text: string; readonly names: readonly string[] }) {
  const [name = "", ...rest] = text.split(", ");
  return (
    <>
      <b>
        <Sentence text={rest.length > 0 ? `${name},` : name} names={names} />
      </b>{" "}
      {rest.length > 0 && (
        <span>
          <Sentence text={rest.join(", ")} names={names} />
        </span>
      )}
    </>
  );
}

function Bytes({ exchange, isBad }: { readonly exchange: ExchangeWords; readonly isBad: boolean }) {
  const found = pieces(exchange.raw);
  if (found) {
    const meanings = found.filter((piece) => piece.name);
    return (
      <div className={styles.pdu}>
        <ul className={styles.pieces}>
          {found.map((piece, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces are told apart by their place
            <li key={place} data-bad={(isBad && piece.name !== undefined) || undefined}>
              <code>{piece.bytes}</code>
              <small>{piece.words}</small>
            </li>
          ))}
        </ul>
        <dl>
          {meanings.map((piece) => (
            <div key={piece.name}>
              <dt>
                <code data-bad={isBad || undefined}>{piece.bytes}</code>
                {piece.name}
              </dt>
              <dd>{piece.meaning}</dd>
            </div>
          ))}
        </dl>
      </div>
    );
  }
  const shown = exchange.raw.length / 2;
  return (
    <div className={styles.dump}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <pre tabIndex={0}>
        {rows(exchange.raw).map((row) => (
          <span key={row.offset}>
            <i>{row.offset}</i>
            {row.bytes.padEnd(47)}
            <em>{row.text}</em>
            {"\n"}
          </span>
        ))}
      </pre>
      {shown < exchange.byte_count && (
        <p>
          The first {count(shown)} of {count(exchange.byte_count)} bytes.
        </p>
      )}
    </div>
  );
}
