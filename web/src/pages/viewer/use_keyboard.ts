/** The viewer's keys, for as long as its page is shown. */

import { useEffect } from "react";
import { actionOf } from "./actions";
import { stopCutting } from "./cutting";
import { actionFor, isElsewhere, presetFor } from "./keyboard";
import { chooseByDigit } from "./preset_menu";
import { type Change, change, useViewer, type Viewer } from "./state";

/** Escape goes back one step: out of cine, of one cell, of a tool, of the three planes. */
function stepBack(now: Viewer): Change {
  if (now.cine) return { cine: undefined };
  if (now.full) return { full: false };
  if (now.tool !== "window") return { tool: "window" };
  return stopCutting(now);
}

export function useKeyboard(onKeys: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isElsewhere(event.target, event.key)) return;
      if (event.key === "Escape") return change(stepBack);
      if (event.key === "?") return onKeys();
      const digit = presetFor(event);
      if (digit !== undefined) return change((now) => chooseByDigit(now, digit));
      const id = actionFor(event);
      const action = id === undefined ? undefined : actionOf(id);
      if (!action) return;
      event.preventDefault();
      if (!action.refusal?.(useViewer.getState())) action.run();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [onKeys]);
}
