/** A lamp tells a state by its shape and its colour; a word always stands beside it (mock/README, States). */
import styles from "./lamp.module.css";

export type LampState = "good" | "partly" | "bad" | "unknown" | "busy" | "listening";

const SHAPES: Readonly<Record<LampState, React.ReactNode>> = {
  good: <circle cx="6" cy="6" r="4" fill="currentColor" />,
  partly: <path d="M6 1.5 11 10.5H1z" fill="currentColor" />,
  bad: <rect x="2" y="2" width="8" height="8" fill="currentColor" />,
  unknown: <circle cx="6" cy="6" r="3.25" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  busy: (
    <>
      <circle cx="6" cy="6" r="3.5" fill="none" stroke="currentColor" strokeWidth="1.25" />
      <path d="M6 2.5a3.5 3.5 0 0 0 0 7z" fill="currentColor" />
    </>
  ),
  listening: (
    <>
      <circle cx="6" cy="6" r="3.75" fill="none" stroke="currentColor" strokeWidth="1.25" />
      <circle cx="6" cy="6" r="1.5" fill="currentColor" />
    </>
  ),
};

export function Lamp({ state, size = 12 }: { readonly state: LampState; readonly size?: number }) {
  return (
    <svg className={`${styles.lamp} ${styles[state]}`} width={size} height={size} viewBox="0 0 12 12" aria-hidden="true">
      {SHAPES[state]}
    </svg>
  );
}
