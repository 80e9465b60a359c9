/**
 * A text that is typed here and kept in the address, which follows a moment later.
 *
 * The value of the address goes in and what is typed comes out at once. What comes back from the address is taken over only where
 * somebody else changed it: what was sent a few letters ago never overwrites what is typed now.
 */
import { useCallback, useEffect, useRef, useState } from "react";

/** So long nothing is typed before it is asked for: shorter than anybody notices, longer than two letters of one word. */
const PAUSE_MILLISECONDS = 120;

export function useTyped(value: string, send: (value: string) => void): readonly [string, (value: string) => void] {
  const [typed, setTyped] = useState(value);
  const sent = useRef(new Set<string>());
  const latest = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const sending = useRef(send);
  sending.current = send;
  useEffect(() => {
    if (value === latest.current) sent.current.clear();
    else if (!sent.current.delete(value)) {
      clearTimeout(timer.current);
      latest.current = value;
      setTyped(value);
    }
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = useCallback((text: string) => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      latest.current = text;
      sent.current.add(text);
      sending.current(text);
    }, PAUSE_MILLISECONDS);
  }, []);
  return [typed, type];
}
