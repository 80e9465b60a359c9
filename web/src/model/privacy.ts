/** Whether names are shown: one switch for every page (the eye in the rail), kept in this browser. */
import { create } from "zustand";

interface Privacy {
  readonly names: boolean;
  readonly toggle: () => void;
}

const KEY = "isocenter.names";

export const usePrivacy = create<Privacy>((set) => ({
  names: globalThis.localStorage?.getItem(KEY) !== "off",
  toggle: () =>
    set((now) => {
      globalThis.localStorage?.setItem(KEY, now.names ? "off" : "on");
      return { names: !now.names };
    }),
}));
