/** Before a node is asked for all that it has: what that means, and how much it is, counted there. */
import { Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { count } from "@/base/text";
import { Button } from "@/parts/button";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import { type Level, NO_FIELDS } from "./question";
import { ANSWERS_MAX, countOf } from "./search";
import { NOUNS } from "./selection_bar";
import { counted } from "./why";
import styles from "./why.module.css";

interface Props {
  readonly node: string;
  readonly level: Level;
  readonly onAsk: () => void;
  readonly onClose: () => void;
}

export function Everything({ node, level, onAsk, onClose }: Props) {
  const counting = useQuery({
    queryKey: ["count", node, level],
    queryFn: ({ signal }) => countOf({ node, level, fields: NO_FIELDS }, signal),
    staleTime: 30_000,
    retry: false,
  });
  const noun = NOUNS[level === "patient" ? "patient" : "study"][1];
  const isCut = counting.data !== undefined && counting.data.count > ANSWERS_MAX;
  return (
    <Modal opened onClose={onClose} title={`Ask ${node} for everything?`} centered size={480}>
      <div className={styles.body}>
        <p>
          Without a name, an identifier or a date the node lists all that it has. A large archive may take minutes for it, and
          others wait for it meanwhile. Nothing is retrieved by it.
        </p>
        {counting.isPending && (
          <p role="status">
            <Lamp state="busy" /> It is counted how many {noun} there are.
          </p>
        )}
        {counting.isError && <Fault tried="They could not be counted" error={counting.error} again={() => counting.refetch()} />}
        {counting.data && (
          <p role="status">
            It has{" "}
            <strong>
              {counted(counting.data)} {noun}
            </strong>
            {isCut ? `; the first ${count(ANSWERS_MAX)} of them are listed.` : "."}
          </p>
        )}
        <div className={styles.actions}>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" onClick={onAsk}>
            {isCut
              ? `List the first ${count(ANSWERS_MAX)}`
              : counting.data
                ? `List all ${count(counting.data.count)}`
                : "List everything"}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
