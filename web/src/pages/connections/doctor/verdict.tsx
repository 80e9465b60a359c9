/** What is wrong, in one sentence, who changes what, how we know, and the bytes: the right side once a layer has failed. */
import { CircleHelp, X } from "lucide-react";
import type { ReactNode } from "react";
import type { CheckupWords, NodeWords, StepWords, VerdictWords } from "@/api/words";
import { Spelled } from "@/parts/spelled";
import { Contexts } from "./contexts";
import { HowWeKnow } from "./how_we_know";
import { OtherSide } from "./other_side";
import { Sentence } from "./sentence";
import styles from "./verdict.module.css";
import { Wire } from "./wire";
import { YourSide } from "./your_side";

interface Props {
  readonly checkup: CheckupWords;
  readonly verdict: VerdictWords;
  readonly node: NodeWords;
  /** The layer whose exchanges are looked at. */
  readonly step: StepWords | undefined;
  readonly consent: ReactNode;
  readonly onChanged: () => void;
}

/** What a machine compares and may stand in a sentence of this checkup. */
export function namesOf(checkup: CheckupWords): readonly string[] {
  const { verdict } = checkup;
  return [
    checkup.ae_title,
    checkup.own_ae_title,
    checkup.own_address,
    checkup.host,
    verdict?.known_as ?? "",
    verdict?.called ?? "",
  ];
}

/** Whose title the verdict is about: ours, as they know it, or theirs, as we call it. */
export function isOurTitle(checkup: CheckupWords, verdict: VerdictWords): boolean {
  return verdict.called === checkup.own_ae_title && verdict.known_as !== checkup.ae_title;
}

export function VerdictPanel({ checkup, verdict, node, step, consent, onChanged }: Props) {
  const names = namesOf(checkup);
  return (
    <>
      <Head
        mark={
          <span className={styles.bad} aria-hidden="true">
            <X />
          </span>
        }
        headline={<Sentence text={verdict.headline} names={names} />}
        letters={verdict.known_as && verdict.called && <Letters checkup={checkup} verdict={verdict} />}
      >
        {verdict.explanation && <Sentence text={verdict.explanation} names={names} />}
      </Head>
      {verdict.undecided && (
        <p className={styles.undecided}>
          <CircleHelp aria-hidden="true" />
          <span>
            <strong>What cannot be told from here.</strong> <Sentence text={verdict.undecided} names={names} />
          </span>
        </p>
      )}
      <div className={styles.cards}>
        <YourSide checkup={checkup} verdict={verdict} node={node} onChanged={onChanged} />
        <OtherSide checkup={checkup} verdict={verdict} />
        <HowWeKnow checkup={checkup} verdict={verdict} consent={consent} />
        {step && step.exchanges.length > 0 && <Wire key={step.layer} step={step} names={names} />}
        {verdict.layer === "contexts" && <Contexts contexts={checkup.contexts} names={checkup.names ?? {}} />}
      </div>
    </>
  );
}

function Letters({ checkup, verdict }: { readonly checkup: CheckupWords; readonly verdict: VerdictWords }) {
  const said = isOurTitle(checkup, verdict) ? (["it knows", "you are"] as const) : (["you call", "it is"] as const);
  const [wrong, right] = isOurTitle(checkup, verdict) ? [verdict.known_as, verdict.called] : [verdict.called, verdict.known_as];
  return <Spelled wrong={wrong} right={right} said={said} />;
}

interface HeadProps {
  readonly mark: ReactNode;
  readonly headline: ReactNode;
  readonly letters?: ReactNode;
  readonly children?: ReactNode;
}

/** The headline of the right side, in every state. */
export function Head({ mark, headline, letters, children }: HeadProps) {
  return (
    <header className={styles.head}>
      {mark}
      <div className={styles.words} aria-live="polite">
        <h2>{headline}</h2>
        {children && <p>{children}</p>}
      </div>
      {letters && <div className={styles.letters}>{letters}</div>}
    </header>
  );
}
