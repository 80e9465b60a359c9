/** Why so few? The search is counted again without each of its keys, one by one: the key that keeps the others out shows itself. */
import { Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { count } from "@/base/text";
import { Button } from "@/parts/button";
import { Lamp } from "@/parts/lamp";
import { type Dropped, droppedOneByOne, type Fields, type Question } from "./question";
import { type Counted, countOf } from "./search";
import { NOUNS } from "./selection_bar";
import styles from "./why.module.css";

interface Props {
  readonly question: Question;
  readonly found: number;
  readonly onSearch: (fields: Fields) => void;
  readonly onClose: () => void;
}

export function Why({ question, found, onSearch, onClose }: Props) {
  const dropped = droppedOneByOne(question);
  const noun = NOUNS[question.level === "patient" ? "patient" : "study"][1];
  return (
    <Modal opened onClose={onClose} title="Why so few?" centered size={520}>
      <p className={styles.intro}>
        With every key {count(found)} match at {question.node}. Without one of them, the others unchanged:
      </p>
      <ul className={styles.list}>
        {dropped.map((one) => (
          <Without key={one.field} one={one} question={question} found={found} noun={noun} onSearch={onSearch} />
        ))}
      </ul>
    </Modal>
  );
}

interface WithoutProps {
  readonly one: Dropped;
  readonly question: Question;
  readonly found: number;
  readonly noun: string;
  readonly onSearch: (fields: Fields) => void;
}

function Without({ one, question, found, noun, onSearch }: WithoutProps) {
  const asked = { ...question, fields: one.fields };
  const counting = useQuery({
    queryKey: ["count", asked],
    queryFn: ({ signal }) => countOf(asked, signal),
    staleTime: 30_000,
    retry: false,
  });
  const more = counting.data ? counting.data.count > found : false;
  return (
    <li className={styles.row}>
      <Lamp state={counting.isPending ? "busy" : counting.isError ? "bad" : more ? "partly" : "unknown"} />
      <span className={styles.key}>without {one.words.toLowerCase()}</span>
      <span className={more ? styles.many : styles.few}>
        {counting.isPending ? "is counted" : counting.isError ? counting.error.message : `${counted(counting.data)} ${noun}`}
      </span>
      {more && (
        <Button small onClick={() => onSearch(one.fields)}>
          Search without it
        </Button>
      )}
    </li>
  );
}

export const counted = (found: Counted) => (found.more ? `more than ${count(found.count)}` : count(found.count));
