/** Runs the test again by itself, five seconds after each end: for whoever is changing something on the other side. */
import { Switch } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import frame from "../frame.module.css";

const PAUSE_MS = 5000;

interface Props {
  readonly isClimbing: boolean;
  /** Begins the test; over once it has begun or could not. */
  readonly onTime: () => Promise<void>;
}

export function Every({ isClimbing, onTime }: Props) {
  const [on, setOn] = useState(false);
  const [turn, setTurn] = useState(0);
  const latest = useRef(onTime);
  useEffect(() => {
    latest.current = onTime;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a turn that could not begin is followed by the next one all the same
  useEffect(() => {
    if (!on || isClimbing) return;
    const timer = setTimeout(() => void latest.current().finally(() => setTurn((now) => now + 1)), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [on, isClimbing, turn]);
  return (
    <Switch
      className={frame.switch ?? ""}
      size="xs"
      labelPosition="left"
      label="every 5 s"
      title="Tests again by itself; nothing is stored then, and no other spelling is tried"
      checked={on}
      onChange={(event) => setOn(event.currentTarget.checked)}
    />
  );
}
