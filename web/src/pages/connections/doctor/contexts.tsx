/** What the other side takes, and how encoded: how much of what was proposed, and the whole table. */
import type { ContextAnswerWords } from "@/api/words";
import { Card } from "@/parts/card";
import { Matrix } from "./matrix";
import styles from "./matrix.module.css";

interface ContextsProps {
  readonly contexts: readonly ContextAnswerWords[];
  readonly names: Readonly<Record<string, string>>;
}

export function Contexts({ contexts, names }: ContextsProps) {
  const accepted = contexts.filter((one) => one.result === 0).length;
  return (
    <Card
      className={styles.wide}
      title="What it takes, and how encoded"
      end={contexts.length > 0 && `${accepted} of ${contexts.length} accepted`}
    >
      {contexts.length > 0 ? <Matrix contexts={contexts} names={names} /> : <p className={styles.none}>Nothing was proposed.</p>}
    </Card>
  );
}
