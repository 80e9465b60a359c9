/**
 * Bringing files in, over any page: where they can be dropped, how far they are, and what became of them. The shell mounts it once.
 *
 * Files may be dropped anywhere; `openImport` shows the dialog that asks for them. A running import that was put aside stands small above
 * the status line.
 */
import { Modal } from "@mantine/core";
import { useEffect } from "react";
import { ImportChoice } from "./import_choice";
import { ImportCorner } from "./import_corner";
import { ImportDrop } from "./import_drop";
import { ImportProgress } from "./import_progress";
import { ImportReport } from "./import_report";
import { closeImport, makeSamples, openImport, type Phase, useImport } from "./import_run";
import { type Command, offer } from "./palette";

const TITLES: Readonly<Record<Phase, string>> = {
  idle: "Import",
  running: "Importing",
  over: "What came in",
};

const COMMANDS: readonly Command[] = [
  { id: "import", words: "Import files…", group: "Action", run: openImport },
  { id: "samples", words: "Make sample studies", group: "Action", run: () => void makeSamples() },
];

export function ImportDialog() {
  useEffect(() => offer("import", COMMANDS), []);
  const isOpen = useImport((now) => now.isOpen);
  const phase = useImport((now) => now.phase);
  return (
    <>
      <ImportDrop />
      {isOpen ? (
        <Modal opened onClose={closeImport} title={TITLES[phase]} centered size={560}>
          {phase === "idle" && <ImportChoice />}
          {phase === "running" && <ImportProgress />}
          {phase === "over" && <ImportReport />}
        </Modal>
      ) : (
        <ImportCorner />
      )}
    </>
  );
}
