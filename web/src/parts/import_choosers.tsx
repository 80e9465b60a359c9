/** The two questions that a browser asks for files: for some, or for a whole folder. What is chosen is imported. */
import { type ChangeEvent, type ReactNode, useCallback, useRef } from "react";
import { chosen } from "./import_entries";
import { importFiles } from "./import_run";

interface Choosers {
  /** To be put somewhere on the page; they are not seen. */
  readonly inputs: ReactNode;
  readonly chooseFiles: () => void;
  readonly chooseFolder: () => void;
}

export function useChoosers(): Choosers {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement | null>(null);
  // React knows no such attribute; without it the browser asks for files.
  const asFolder = useCallback((input: HTMLInputElement | null) => {
    input?.setAttribute("webkitdirectory", "");
    folder.current = input;
  }, []);
  const take = (event: ChangeEvent<HTMLInputElement>) => {
    const all = [...(event.target.files ?? [])];
    // so that the same file can be chosen again
    event.target.value = "";
    if (all.length > 0) importFiles(chosen(all));
  };
  return {
    inputs: (
      <>
        <input ref={files} type="file" multiple hidden onChange={take} aria-label="Files to import" />
        <input ref={asFolder} type="file" multiple hidden onChange={take} aria-label="Folder to import" />
      </>
    ),
    chooseFiles: () => files.current?.click(),
    chooseFolder: () => folder.current?.click(),
  };
}
