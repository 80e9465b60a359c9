/** The field that one searches a list with: 28 high, small 24. How wide it is is for the page to say. */
import { Search } from "lucide-react";
import type { InputHTMLAttributes, RefObject } from "react";
import styles from "./search_field.module.css";

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, "onChange" | "type"> {
  readonly label: string;
  readonly value: string;
  readonly small?: boolean;
  readonly box?: RefObject<HTMLInputElement | null>;
  readonly onChange: (text: string) => void;
}

export function SearchField({ label, small = false, box, className, onChange, ...rest }: Props) {
  return (
    <label className={[styles.search, small && styles.small, className].filter(Boolean).join(" ")}>
      <Search aria-hidden="true" />
      <input ref={box} type="search" aria-label={label} onChange={(event) => onChange(event.target.value)} {...rest} />
    </label>
  );
}
