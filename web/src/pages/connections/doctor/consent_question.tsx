/** What could still be tried and might disturb the other side: it is said what will be done, and done only when it is asked for. */
import type { CheckupWords, StepWords } from "@/api/words";
import { Button } from "@/parts/button";
import type { ConsentName } from "./how";

interface Question {
  readonly name: ConsentName;
  readonly ask: (checkup: CheckupWords) => string;
  readonly act: string;
}

const QUESTIONS: Partial<Record<StepWords["layer"], Question>> = {
  titles: {
    name: "titles",
    ask: (checkup) =>
      `Which of the two titles is wrong can be tried: up to sixteen calls to ${checkup.host}, one a second, each with another spelling. Nothing is sent or stored. Its log will show them.`,
    act: "Try other spellings",
  },
  tcp: {
    name: "neighbours",
    ask: (checkup) =>
      `Whether it listens elsewhere can be tried: a connection to each of the usual DICOM and web ports of ${checkup.host} is opened and closed. Nothing is sent to any of them.`,
    act: "Look at other ports",
  },
};

/** The question that fits where the checkup stopped; undefined where there is none, or where it was tried. */
export function questionOf(checkup: CheckupWords): Question | undefined {
  const layer = checkup.verdict?.layer;
  const question = layer && QUESTIONS[layer];
  if (!question) return undefined;
  if (question.name === "titles" && checkup.attempts.length > 0) return undefined;
  return question;
}

interface Props {
  readonly checkup: CheckupWords;
  readonly onMore: (more: readonly ConsentName[]) => void;
}

export function ConsentQuestion({ checkup, onMore }: Props) {
  const question = questionOf(checkup);
  if (!question) return null;
  return (
    <>
      <p>{question.ask(checkup)}</p>
      <Button small onClick={() => onMore([question.name])}>
        {question.act}
      </Button>
    </>
  );
}
