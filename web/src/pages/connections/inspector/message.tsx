/** One thing that crossed, in full: what it means, where its time went, its command, the header of its data set, its bytes. */
import { useState } from "react";
import type { AttributeRow, MessageWords } from "@/api/words";
import { clockWithMilliseconds, count, counted } from "@/base/text";
import { Copy } from "@/parts/copy";
import { Dimse } from "@/parts/dimse";
import { Term, termsIn } from "@/parts/term";
import styles from "./message.module.css";
import { ShareBar, ShareWordsList } from "./shares";
import { dump, shortened, span, tagText, telling } from "./words";

export function Message({ message }: { readonly message: MessageWords }) {
  const whole = message.shares.reduce((sum, share) => sum + share.seconds, 0);
  return (
    <>
      <header className={styles.head}>
        <h2>
          <Dimse name={message.title} />
        </h2>
        <span>
          {message.caption && `${message.caption}, `}
          <time dateTime={message.moment}>{clockWithMilliseconds(new Date(message.moment))}</time>
        </span>
      </header>
      <div className={styles.said}>
        {message.sentences.map((sentence) => (
          <p key={sentence}>
            <Explained text={sentence} />
          </p>
        ))}
      </div>
      {whole > 0 && message.shares.length > 0 && (
        <section className={styles.part}>
          <h3>Where the {span(whole)} went</h3>
          <ShareBar shares={message.shares} />
          <ShareWordsList shares={message.shares} rows />
        </section>
      )}
      {message.command.length > 0 && <Command key={`command ${message.number}`} message={message} />}
      {message.counted > 0 && <DataSet key={`data ${message.number}`} message={message} />}
      {message.raw && <Bytes message={message} />}
    </>
  );
}

/** A sentence with the words of the standard explained where they stand. */
function Explained({ text }: { readonly text: string }) {
  return termsIn(text).map((piece, place) =>
    piece.word ? (
      <Term key={piece.word} word={piece.word}>
        {piece.text}
      </Term>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a sentence are told apart by their place
      <span key={place}>{piece.text}</span>
    ),
  );
}

const CONTEXTS_SHOWN = 8;

/** The command of a message; of an A-ASSOCIATE-RQ the presentation contexts that it proposes. */
function Command({ message }: { readonly message: MessageWords }) {
  const [all, setAll] = useState(false);
  const isNegotiation = message.title.startsWith("A-");
  const negotiated = message.title === "A-ASSOCIATE-AC" ? "Answered" : "Proposed";
  const isLong = isNegotiation && message.command.length > CONTEXTS_SHOWN;
  return (
    <section className={styles.part}>
      <h3>
        {isNegotiation ? `${negotiated}, ${counted(message.command.length, "context")}` : "Command"}
        {isLong && (
          <button type="button" onClick={() => setAll(!all)} aria-expanded={all}>
            {all ? "Show few" : "Show all"}
          </button>
        )}
      </h3>
      <Attributes rows={isLong && !all ? message.command.slice(0, CONTEXTS_SHOWN) : message.command} numbered={isNegotiation} />
    </section>
  );
}

function DataSet({ message }: { readonly message: MessageWords }) {
  const [all, setAll] = useState(false);
  const few = telling(message.data_set);
  const shown = all || few.length === 0 ? message.data_set : few;
  return (
    <section className={styles.part}>
      <h3>
        Data set, {count(message.counted)} attribute{message.counted === 1 ? "" : "s"}
        {message.data_set.length > few.length && few.length > 0 && (
          <button type="button" onClick={() => setAll(!all)} aria-expanded={all}>
            {all ? "Show few" : "Show all"}
          </button>
        )}
      </h3>
      <Attributes rows={shown} />
      {message.cut && (all || message.counted < 3) && <p className={styles.cut}>{message.cut}.</p>}
    </section>
  );
}

/** Rows of attributes by their tags; where they are `numbered` instead, the tag is a number. */
function Attributes({ rows, numbered = false }: { readonly rows: readonly AttributeRow[]; readonly numbered?: boolean }) {
  return (
    <table className={styles.rows}>
      <colgroup>
        <col className={styles.tag} />
        <col className={styles.name} />
        <col />
      </colgroup>
      <tbody>
        {rows.map((row, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same tag may stand in several items
          <tr key={place}>
            <td className="mono">{numbered ? row.tag : tagText(row.tag)}</td>
            <td style={{ paddingLeft: row.depth * 8 }} title={row.name}>
              {row.name}
            </td>
            <td className="mono" title={row.is_masked ? "masked" : row.value}>
              {row.is_masked ? <Masked /> : <bdi>{shortened(row.value)}</bdi>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A value that may name a patient, and is not told. */
function Masked() {
  return (
    <span className={styles.masked}>
      <span className="visually-hidden">masked</span>
    </span>
  );
}

function Bytes({ message }: { readonly message: MessageWords }) {
  const isMessage = message.raw_words.startsWith("P-DATA-TF");
  return (
    <section className={styles.part}>
      <h3>
        {isMessage ? "First PDU" : "Bytes"}
        <span>{message.raw_words}</span>
        <Copy text={message.raw} what="the bytes" />
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <pre className={styles.bytes} tabIndex={0}>
        {dump(message.raw).map((row) => (
          <span key={row.offset}>
            {row.head && <em>{row.head}</em>}
            {row.bytes}
            {"  "}
            {row.text}
            {"\n"}
          </span>
        ))}
      </pre>
    </section>
  );
}
