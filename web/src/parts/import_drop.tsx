/** The whole window takes files: it says so as soon as some are dragged over it, and imports what is dropped. */
import { FileUp } from "lucide-react";
import { useEffect, useState } from "react";
import styles from "./import.module.css";
import { grasped } from "./import_entries";
import { importFiles } from "./import_run";

/** Without a word from the drag for so long, it has left the window. */
const GONE_MS = 400;

export function ImportDrop() {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    // A picture of the page that is dragged is a file too, as a browser sees it.
    let isOurs = false;
    const begin = () => {
      isOurs = true;
    };
    const end = () => {
      isOurs = false;
    };
    const holdsFiles = (event: DragEvent) => !isOurs && event.dataTransfer?.types.includes("Files");
    const leave = () => {
      clearTimeout(timer);
      setOver(false);
    };
    const over = (event: DragEvent) => {
      if (!event.dataTransfer || !holdsFiles(event)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      setOver(true);
      clearTimeout(timer);
      timer = setTimeout(leave, GONE_MS);
    };
    const drop = (event: DragEvent) => {
      if (!event.dataTransfer || !holdsFiles(event)) return;
      event.preventDefault();
      leave();
      importFiles(grasped(event.dataTransfer));
    };
    window.addEventListener("dragstart", begin);
    window.addEventListener("dragend", end);
    window.addEventListener("dragenter", over);
    window.addEventListener("dragover", over);
    window.addEventListener("drop", drop);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("dragstart", begin);
      window.removeEventListener("dragend", end);
      window.removeEventListener("dragenter", over);
      window.removeEventListener("dragover", over);
      window.removeEventListener("drop", drop);
    };
  }, []);
  if (!isOver) return null;
  return (
    <div className={styles.overlay} role="status">
      <FileUp aria-hidden="true" />
      <p className={styles.headline}>Drop to import</p>
      <p>Single images, folders, zips or a patient disc</p>
    </div>
  );
}
