/** All that a log says, each thing once: its layer, what it means, how often and from whom. One of them can be looked at alone. */
import type { ExplainedCallerWords, ExplainedGroupWords, LogExplanation } from "@/api/words";
import { count } from "@/base/text";
import styles from "./groups.module.css";
import { familyOf, layerWords } from "./layers";

/** So many devices are remembered of each (EXPLAIN_CALLERS_MAX): from then on nobody counts them. */
const CALLERS_MAX = 20;

interface Props {
  readonly told: LogExplanation;
  readonly passing: boolean;
  readonly only: number | undefined;
  readonly onOnly: (group: number | undefined) => void;
}

export function Groups({ told, passing, only, onOnly }: Props) {
  const shown = told.groups.map((group, place) => ({ group, place })).filter(({ group }) => group.is_fault || passing);
  if (shown.length === 0) {
    return (
      <p className={styles.none}>
        {told.known > 0
          ? "What is known of its lines tells of nothing that went wrong."
          : "Not one of its lines is of a known kind. If you know whose log it is, choose the product above."}
      </p>
    );
  }
  return (
    <ul className={styles.groups}>
      {shown.map(({ group, place }) => (
        <li key={`${group.product} ${group.first_line}`} data-family={familyOf(group.layer)}>
          <button type="button" aria-pressed={place === only} onClick={() => onOnly(place === only ? undefined : place)}>
            <span className={styles.top}>
              <span className={styles.layer}>{layerWords(group.layer)}</span>
              <span className={styles.product}>{group.product}</span>
              <span className={styles.times}>{group.count > 1 ? `${count(group.count)} times` : `line ${group.first_line}`}</span>
            </span>
            <bdi className={styles.cause}>{group.cause}</bdi>
            <Where group={group} />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** From which line to which, and with whom. */
function Where({ group }: { readonly group: ExplainedGroupWords }) {
  const callers = [...group.callers].sort((one, other) => other.count - one.count);
  const parts = [
    group.count > 1 ? `lines ${group.first_line} to ${group.last_line}` : "",
    ...callers.slice(0, 2).map(callerWords),
    callers.length > 2 ? `and ${callers.length < CALLERS_MAX ? `${callers.length - 2} more` : "others"}` : "",
  ].filter(Boolean);
  return parts.length > 0 && <bdi className={styles.where}>{parts.join(", ")}</bdi>;
}

function callerWords({ title, address }: ExplainedCallerWords): string {
  return title && address ? `${title} (${address})` : title || address;
}
