/** What could still be tried and might disturb the other side: it is said what will be done, and done only when it is asked for. */
import type { CheckupWords } from "@/api/words";
import { Button } from "@/parts/button";
import type { ConsentName } from "./how";

export interface Question {
  readonly name: ConsentName;
  readonly ask: (checkup: CheckupWords) => string;
  readonly act: string;
}

const TITLES: Question = {
  name: "titles",
  ask: (checkup) =>
    `Which of the two titles is wrong can be tried: up to sixteen calls to ${checkup.host}, one a second, each with another spelling. Nothing is sent or stored. Its log will show them.`,
  act: "Try other spellings",
};

const NEIGHBOURS: Question = {
  name: "neighbours",
  ask: (checkup) =>
    `Whether another port answers can be tried: the usual DICOM and web ports of ${checkup.host} are connected to, one a second. One that answers is asked whether it speaks DICOM, or for its page. Nothing is stored.`,
  act: "Look at other ports",
};

/** What more could decide, by the sign that was seen (`doctor/tables/signs_network`). */
const QUESTIONS: Readonly<Record<string, Question>> = {
  "reject-no-reason": TITLES,
  "reject-calling": TITLES,
  "reject-called": TITLES,
  "reject-other": TITLES,
  "abort-user": TITLES,
  "closed-after-request": TITLES,
  "tcp-refused": NEIGHBOURS,
  "tcp-silent": NEIGHBOURS,
};

/** The question that fits what was seen; undefined where there is none, or where it was tried. */
export function questionOf(checkup: CheckupWords, granted: readonly ConsentName[]): Question | undefined {
  const step = checkup.steps.find((one) => one.layer === checkup.verdict?.layer);
  const question = QUESTIONS[step?.sign?.code ?? ""];
  if (!question || granted.includes(question.name)) return undefined;
  return question.name === "titles" && checkup.attempts.length > 0 ? undefined : question;
}

interface Props {
  readonly checkup: CheckupWords;
  readonly question: Question;
  readonly onMore: (more: readonly ConsentName[]) => void;
}

export function ConsentQuestion({ checkup, question, onMore }: Props) {
  return (
    <>
      <p>{question.ask(checkup)}</p>
      <Button small onClick={() => onMore([question.name])}>
        {question.act}
      </Button>
    </>
  );
}
