import { describe, expect, it } from "vitest";
import { ACTIONS, keyWords } from "./actions";
import { actionFor, chord, presetFor } from "./keyboard";

const press = (key: string, held: Partial<{ ctrlKey: boolean; shiftKey: boolean; altKey: boolean }> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe("the viewer's keys", () => {
  it("mean one thing each", () => {
    const keys = ACTIONS.flatMap((action) => action.keys);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("are the same with Caps Lock on", () => {
    expect(actionFor(press("i"))).toBe("invert");
    expect(actionFor(press("I"))).toBe("invert");
    expect(actionFor(press("R", { shiftKey: true }))).toBe("rotate");
  });

  it("leave the browser its own", () => {
    expect(actionFor(press("f", { ctrlKey: true }))).toBeUndefined();
    expect(actionFor(press("ArrowLeft", { altKey: true }))).toBeUndefined();
    expect(presetFor(press("1", { ctrlKey: true }))).toBeUndefined();
  });

  it("tell of Shift with named keys, not with signs", () => {
    expect(chord(press("?", { shiftKey: true }))).toBe("?");
    expect(chord(press("Home", { shiftKey: true }))).toBe("Shift+Home");
  });

  it("are written as people call them", () => {
    expect([" ", "Shift+R", "ArrowUp", "PageDown", "Ctrl+p"].map(keyWords)).toEqual([
      "Space",
      "Shift R",
      "↑",
      "Page Down",
      "Ctrl P",
    ]);
  });
});
