/** What to ask of the other side, and the line to type there: its own product first, with what stands there now where that is known. */
import { Check, Copy as CopyIcon } from "lucide-react";
import { useState } from "react";
import type { CheckupWords, LineWords, VerdictWords } from "@/api/words";
import { counted } from "@/base/text";
import { Button } from "@/parts/button";
import { Card } from "@/parts/card";
import { Copy, useCopy } from "@/parts/copy";
import { differences } from "./difference";
import { messageOf } from "./message";
import { Sentence } from "./sentence";
import { shortPlace } from "./short_place";
import styles from "./sides.module.css";
import { namesOf } from "./verdict";

interface Props {
  readonly checkup: CheckupWords;
  readonly verdict: VerdictWords;
}

const OTHERS_SHOWN = 4;

export function OtherSide({ checkup, verdict }: Props) {
  const names = namesOf(checkup);
  const [chosen, setChosen] = useState("");
  const [first] = verdict.lines;
  const isKnown = first !== undefined && checkup.product !== "" && first.product.startsWith(checkup.product);
  const main = verdict.lines.find((line) => line.product === chosen) ?? (isKnown ? first : undefined);
  const others = verdict.lines.filter((line) => line !== main);
  const isNothing = verdict.there.length === 0 && verdict.lines.length === 0;
  return (
    <Card title="Ask of the other side" end={isNothing ? "nothing to change" : <CopyMessage text={messageOf(checkup, verdict)} />}>
      <div className={styles.body}>
        {verdict.there.length > 0 && (
          <ul className={styles.asked}>
            {verdict.there.map((sentence) => (
              <li key={sentence}>
                <Sentence text={sentence} names={names} />
              </li>
            ))}
          </ul>
        )}
        {isNothing && <p className={styles.quiet}>Nothing: what is wrong lies here or between.</p>}
        {main && <MainLine line={main} />}
        {others.length > 0 && <Others lines={others} isAll={!main} onChoose={setChosen} />}
      </div>
    </Card>
  );
}

function CopyMessage({ text }: { readonly text: string }) {
  const { copied, copy } = useCopy(text);
  return (
    <Button kind="quiet" small icon={copied ? <Check /> : <CopyIcon />} onClick={() => void copy()}>
      {copied ? "Copied" : "Copy as message"}
    </Button>
  );
}

function MainLine({ line }: { readonly line: LineWords }) {
  return (
    <div className={styles.main}>
      <p>
        In <strong>{line.where}</strong>. {line.then && `${line.then}.`}
      </p>
      <div className={styles.change}>
        {line.before && (
          <pre className={styles.before}>
            <span className="visually-hidden">now: </span>
            <Marked mark="-" of={line.before} against={line.text} />
          </pre>
        )}
        <pre className={line.before ? styles.after : undefined}>
          <span className="visually-hidden">{line.before ? "shall be: " : ""}</span>
          {line.before ? <Marked mark="+" of={line.text} against={line.before} /> : line.text}
        </pre>
        <Copy text={line.text} what={`the line for ${line.product}`} />
      </div>
      {line.mind && <p className={styles.mind}>{line.mind}</p>}
    </div>
  );
}

/** A line with the letters that differ from the other one marked. */
function Marked({ mark, of, against }: { readonly mark: string; readonly of: string; readonly against: string }) {
  let at = 0;
  const pieces = differences(of, against).map((piece) => {
    at += piece.text.length;
    return { ...piece, end: at };
  });
  return (
    <>
      {mark} {pieces.map(({ text, differs, end }) => (differs ? <b key={end}>{text}</b> : text))}
    </>
  );
}

interface OthersProps {
  readonly lines: readonly LineWords[];
  /** Which product the other side has is not known: then these are all there are. */
  readonly isAll: boolean;
  readonly onChoose: (product: string) => void;
}

function Others({ lines, isAll, onChoose }: OthersProps) {
  const [showsAll, setShowsAll] = useState(false);
  const shown = showsAll ? lines : lines.slice(0, OTHERS_SHOWN);
  return (
    <div className={styles.others}>
      <p>{isAll ? "What to enter there, in the words of each product" : "The same in the words of other products"}</p>
      <ul>
        {shown.map((line) => (
          <li key={line.product + line.where} title={[line.where, line.then, line.mind].filter(Boolean).join(". ")}>
            <button type="button" className={styles.which} onClick={() => onChoose(line.product)}>
              {line.product}
              <small>, {shortPlace(line.where)}</small>
            </button>
            <code>{oneLine(line.text)}</code>
            <Copy text={line.text} what={`the line for ${line.product}`} />
          </li>
        ))}
      </ul>
      {lines.length > OTHERS_SHOWN && (
        <Button kind="quiet" small className={styles.more} aria-expanded={showsAll} onClick={() => setShowsAll(!showsAll)}>
          {showsAll ? "Fewer products" : counted(lines.length - OTHERS_SHOWN, "more product", "more products")}
        </Button>
      )}
    </div>
  );
}

/** A text in one row, as it is looked at in a list; it is copied as it is. */
function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, "  ");
}
