/** What every page stands in: rail, page, status line, and the palette over them. */
import { Suspense } from "react";
import { Outlet, useLocation } from "react-router";
import { ImportDialog } from "@/parts/import_dialog";
import { useRememberViewer } from "./open_studies";
import { PaletteDialog } from "./palette_dialog";
import { Rail } from "./rail";
import styles from "./shell.module.css";
import { StatusLine } from "./status_line";

export function Shell() {
  const { pathname } = useLocation();
  useRememberViewer();
  return (
    <div className={styles.shell}>
      <div className={styles.upper}>
        <Rail narrow={pathname === "/viewer"} />
        <main className={styles.page}>
          <Suspense fallback={<div className={styles.waiting} />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <StatusLine />
      <PaletteDialog />
      <ImportDialog />
    </div>
  );
}
