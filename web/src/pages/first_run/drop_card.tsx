/** The first way: files of this computer, dropped or chosen. */
import { FileUp } from "lucide-react";
import { Button } from "@/parts/button";
import { useChoosers } from "@/parts/import_choosers";
import styles from "./page.module.css";

export function DropCard() {
  const { inputs, chooseFiles, chooseFolder } = useChoosers();
  return (
    <section className={styles.card} aria-labelledby="way-drop">
      <div className={`${styles.picture} ${styles.well}`}>
        <FileUp aria-hidden="true" />
        <p>Drop files anywhere on this page</p>
      </div>
      <h3 id="way-drop">Drop files here</h3>
      <p className={styles.words}>Single images, folders, zips or a patient disc. What is not DICOM is listed with the reason.</p>
      <div className={styles.acts}>
        {inputs}
        <Button onClick={chooseFiles}>Choose files</Button>
        <Button onClick={chooseFolder}>Choose a folder</Button>
      </div>
    </section>
  );
}
