/** Two spellings of a title, letter under letter; those that differ are boxed, the wrong side red and the right side green. */
import { letters } from "./letters";
import styles from "./spelled.module.css";

interface Props {
  readonly wrong: string;
  readonly right: string;
  /** What stands before each: "it knows", "you are". */
  readonly said: readonly [wrong: string, right: string];
}

export function Spelled({ wrong, right, said }: Props) {
  const all = letters(wrong, right);
  return (
    <div className={styles.spelled} role="img" aria-label={`${said[0]} ${wrong}, ${said[1]} ${right}`}>
      {(["called", "own"] as const).map((side, row) => (
        <div key={side}>
          <span>{said[row]}</span>
          {all.map((letter, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: letters are told apart by their place
            <b key={place} data-same={letter.same} data-side={side}>
              {letter[side] === " " ? "·" : letter[side] || " "}
            </b>
          ))}
        </div>
      ))}
    </div>
  );
}
