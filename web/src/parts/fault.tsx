/** An error where it happened: what was tried, the sentence that came back, what can be done, the raw text folded below. */
import { Refusal } from "@/api/http";
import { Button } from "./button";
import styles from "./fault.module.css";

interface Props {
  /** What was tried, as the beginning of a sentence: "The studies could not be listed". */
  readonly tried: string;
  readonly error: unknown;
  readonly again?: (() => void) | undefined;
}

export function Fault({ tried, error, again }: Props) {
  const said = error instanceof Error ? error.message : String(error);
  const raw = error instanceof Refusal ? error.raw : "";
  return (
    <div role="alert" className={styles.fault}>
      <p>
        <strong>{tried}.</strong> {said}
      </p>
      {raw && raw !== said && (
        <details>
          <summary>What came back</summary>
          <pre>{raw}</pre>
        </details>
      )}
      {again && (
        <Button small onClick={again}>
          Try again
        </Button>
      )}
    </div>
  );
}
