/**
 * What a person dropped or chose, as files one by one: folders are walked, however deep, and each file keeps its path below what was dropped.
 *
 * What cannot be read is told as such and never ends the walk. `grasped` has to be called while the drop is handled: afterwards a browser
 * has forgotten what was dropped.
 */

export interface Brought {
  /** With the folders that it was in: "disc/DICOM/IM0001". */
  readonly path: string;
  /** Undefined where it could not be read, which `why` says. */
  readonly file?: File;
  readonly why?: string;
}

export type Walk = AsyncIterable<Brought>;

/** The files of a drop. */
export function grasped(transfer: DataTransfer): Walk {
  const entries: FileSystemEntry[] = [];
  const files: File[] = [];
  for (const item of transfer.items) {
    if (item.kind !== "file") continue;
    const entry = item.webkitGetAsEntry();
    if (entry) entries.push(entry);
    else {
      const file = item.getAsFile();
      if (file) files.push(file);
    }
  }
  return walk(entries, files);
}

/** The files of an `<input type="file">`, with their paths where a folder was chosen. */
export function chosen(files: Iterable<File>): Walk {
  return walk([], [...files]);
}

async function* walk(entries: readonly FileSystemEntry[], files: readonly File[]): AsyncGenerator<Brought> {
  for (const file of files) yield { path: file.webkitRelativePath || file.name, file };
  for (const entry of entries) yield* below(entry);
}

async function* below(entry: FileSystemEntry): AsyncGenerator<Brought> {
  const path = entry.fullPath.replace(/^\//, "");
  try {
    if (isFile(entry)) {
      yield { path, file: await new Promise<File>((found, failed) => entry.file(found, failed)) };
      return;
    }
    if (!isFolder(entry)) return;
  } catch (error) {
    yield { path, why: because(error) };
    return;
  }
  const reader = entry.createReader();
  while (true) {
    let some: FileSystemEntry[];
    try {
      some = await new Promise<FileSystemEntry[]>((found, failed) => reader.readEntries(found, failed));
    } catch (error) {
      yield { path, why: because(error) };
      return;
    }
    // A browser gives a hundred at a time, and none at the end.
    if (some.length === 0) return;
    for (const one of some) yield* below(one);
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

function because(error: unknown): string {
  return `this browser cannot read it: ${error instanceof Error ? error.message : String(error)}`;
}
