/** Why so few? The house makes the search again without each of its keys: the guilty one is named, and the spelling that finds more. */
import { Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import type { FoundWords, WhyWords } from "@/api/words";
import { count } from "@/base/text";
import { Button } from "@/parts/button";
import { Lamp } from "@/parts/lamp";
import { type Fields, fieldsWith, inOurWords, keyWords, type Question } from "./question";
import { type Counted, whyOf } from "./search";
import { NOUNS } from "./selection_bar";
import styles from "./why.module.css";

interface Props {
  readonly question: Question;
  readonly onSearch: (fields: Fields) => void;
  readonly onClose: () => void;
}

export function Why({ question, onSearch, onClose }: Props) {
  const asking = useQuery({
    queryKey: ["why", question],
    queryFn: ({ signal }) => whyOf(question, signal),
    staleTime: 30_000,
    retry: false,
  });
  return (
    <Modal opened onClose={onClose} title="Why so few?" centered size={600}>
      {asking.isPending && (
        <p className={styles.intro} role="status">
          <Lamp state="busy" /> {question.node} is asked again without each of the keys, one after the other.
        </p>
      )}
      {asking.isError && <p className={styles.intro}>{asking.error.message}</p>}
      {asking.data && <Answer why={asking.data} question={question} onSearch={onSearch} />}
    </Modal>
  );
}

interface AnswerProps {
  readonly why: WhyWords;
  readonly question: Question;
  readonly onSearch: (fields: Fields) => void;
}

function Answer({ why, question, onSearch }: AnswerProps) {
  const nouns = NOUNS[question.level === "patient" ? "patient" : "study"];
  const { fields } = question;
  return (
    <>
      <p className={styles.verdict}>{inOurWords(why.words)}</p>
      {why.cures.length > 0 && (
        <ul className={styles.list} aria-label="What finds more">
          {why.cures.map((cure) => (
            <Tried
              key={cure.replaces}
              words={[
                `${keyWords(cure.keyword)} ${cure.value || "left empty"}`,
                ...others(why, cure.replaces).map(withoutWords),
              ].join(", ")}
              found={cure.found}
              nouns={nouns}
              isBetter
              action="Search so"
              fields={fieldsWith(without(fields, [cure.replaces, ...others(why, cure.replaces)]), cure.keyword, cure.value)}
              onSearch={onSearch}
            />
          ))}
        </ul>
      )}
      <p className={styles.intro}>
        With every key {told(why.whole, nouns)} at {question.node}. Without one of them, the others unchanged:
      </p>
      <ul className={styles.list} aria-label="Without each key">
        {why.without.map((one) => (
          <Tried
            key={one.keyword}
            words={withoutWords(one.keyword)}
            found={one.found}
            nouns={nouns}
            isBetter={why.guilty.includes(one.keyword) && !why.together}
            action="Search without it"
            fields={fieldsWith(fields, one.keyword, "")}
            onSearch={onSearch}
          />
        ))}
      </ul>
    </>
  );
}

const withoutWords = (keyword: string) => `without ${keyWords(keyword)}`;

/** The other keys that are left out where only all of them together keep the rest out. */
const others = (why: WhyWords, keyword: string): readonly string[] =>
  why.together ? why.guilty.filter((one) => one !== keyword) : [];

const without = (fields: Fields, keywords: readonly string[]): Fields =>
  keywords.reduce((left, keyword) => fieldsWith(left, keyword, "") ?? left, fields);

interface TriedProps {
  readonly words: string;
  readonly found: FoundWords;
  readonly nouns: readonly [string, string];
  readonly isBetter: boolean;
  readonly action: string;
  readonly fields: Fields | undefined;
  readonly onSearch: (fields: Fields) => void;
}

function Tried({ words, found, nouns, isBetter, action, fields, onSearch }: TriedProps) {
  const label = useId();
  return (
    <li className={styles.row}>
      <Lamp state={isBetter ? "partly" : found.failure ? "bad" : "unknown"} />
      <span id={label} className={styles.key}>
        <bdi>{words}</bdi>
      </span>
      <span className={isBetter ? styles.many : styles.few}>{told(found, nouns)}</span>
      {isBetter && fields && (
        <Button small aria-describedby={label} onClick={() => onSearch(fields)}>
          {action}
        </Button>
      )}
    </li>
  );
}

const told = (found: FoundWords, [one, many]: readonly [string, string]) =>
  found.failure || `${counted(found)} ${found.count === 1 && !found.more ? one : many}`;

export const counted = (found: Counted) => (found.more ? `more than ${count(found.count)}` : count(found.count));
