/** Runs the test again by itself, five seconds after each end: for whoever is changing something on the other side. */
import { Switch } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import styles from "./tab.module.css";

const PAUSE_MS = 5000;

interface Props {
  readonly isClimbing: boolean;
  readonly onTime: () => void;
}

export function Every({ isClimbing, onTime }: Props) {
  const [on, setOn] = useState(false);
  const latest = useRef(onTime);
  useEffect(() => {
    latest.current = onTime;
  });
  useEffect(() => {
    if (!on || isClimbing) return;
    const timer = setTimeout(() => latest.current(), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [on, isClimbing]);
  return (
    <Switch
      className={styles.every}
      size="xs"
      labelPosition="left"
      label="every 5 s"
      title="Tests again by itself; nothing is stored then, and no other spelling is tried"
      checked={on}
      onChange={(event) => setOn(event.currentTarget.checked)}
    />
  );
}
