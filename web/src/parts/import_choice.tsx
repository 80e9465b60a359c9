/** Where files come from: a drop, a choice of files, or a whole folder. */
import { FileUp } from "lucide-react";
import { Button } from "./button";
import styles from "./import.module.css";
import { useChoosers } from "./import_choosers";

export function ImportChoice() {
  const { inputs, chooseFiles, chooseFolder } = useChoosers();
  return (
    <div className={styles.body}>
      <div className={styles.well}>
        <FileUp aria-hidden="true" />
        <p>Drop files anywhere on this page</p>
      </div>
      <p className={styles.quiet}>
        Single images, folders, zips or a patient disc. They are copied into the archive; nothing happens to the originals. What is
        not DICOM is listed with the reason.
      </p>
      <div className={styles.actions}>
        {inputs}
        <Button onClick={chooseFolder}>Choose a folder</Button>
        <Button kind="primary" onClick={chooseFiles} data-autofocus>
          Choose files
        </Button>
      </div>
    </div>
  );
}
