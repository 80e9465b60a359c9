/** The tabs of this page in their order, each loaded when it is first shown. */
import { type ComponentType, type LazyExoticComponent, lazy } from "react";

interface ConnectionTab {
  /** Its value of `view` in the address. */
  readonly view: string;
  readonly words: string;
  readonly Room: LazyExoticComponent<ComponentType>;
}

export const TABS: readonly ConnectionTab[] = [
  { view: "", words: "Doctor", Room: lazy(() => import("./doctor/tab")) },
  { view: "add", words: "Add a device", Room: lazy(() => import("./add/tab")) },
  { view: "inspector", words: "Inspector", Room: lazy(() => import("./inspector/tab")) },
  { view: "sheets", words: "Setup sheets", Room: lazy(() => import("./sheets/tab")) },
  { view: "reports", words: "Reports", Room: lazy(() => import("./reports/tab")) },
  { view: "explain", words: "Explain a log", Room: lazy(() => import("./explain/tab")) },
];
