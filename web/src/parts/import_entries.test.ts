import { describe, expect, it } from "vitest";
import { type Brought, chosen, grasped, type Walk } from "./import_entries";

async function all(walk: Walk): Promise<Brought[]> {
  const found: Brought[] = [];
  for await (const one of walk) found.push(one);
  return found;
}

/** A tree of folders as a browser shows it, some entries at a time. */
function entry(path: string, content: string | Error | readonly unknown[]): unknown {
  if (!Array.isArray(content)) {
    const file = (found: (file: File) => void, failed: (error: Error) => void) =>
      content instanceof Error ? failed(content) : found(new File([content as string], path));
    return { isFile: true, isDirectory: false, fullPath: path, file };
  }
  const waiting = [...content];
  const readEntries = (found: (some: unknown[]) => void) => found(waiting.splice(0, 2));
  return { isFile: false, isDirectory: true, fullPath: path, createReader: () => ({ readEntries }) };
}

function dropped(...entries: readonly unknown[]): DataTransfer {
  return { items: entries.map((one) => ({ kind: "file", webkitGetAsEntry: () => one })) } as unknown as DataTransfer;
}

describe("what was dropped", () => {
  it("comes file by file out of folders in folders, all entries of each", async () => {
    const images = [1, 2, 3, 4, 5].map((number) => entry(`/disc/a/${number}`, "x"));
    const found = await all(
      grasped(dropped(entry("/disc", [entry("/disc/a", images), entry("/disc/b", [])]), entry("/one.zip", "y"))),
    );
    expect(found.map(({ path }) => path)).toEqual(["disc/a/1", "disc/a/2", "disc/a/3", "disc/a/4", "disc/a/5", "one.zip"]);
  });

  it("is told where it cannot be read, and the rest comes", async () => {
    const found = await all(grasped(dropped(entry("/locked", new Error("no permission")), entry("/open", "x"))));
    expect(found.map(({ path, why }) => [path, why])).toEqual([
      ["locked", "this browser cannot read it: no permission"],
      ["open", undefined],
    ]);
  });
});

describe("what was chosen", () => {
  it("keeps the folders that it was chosen with", async () => {
    const inside = Object.defineProperty(new File(["x"], "IM1"), "webkitRelativePath", { value: "disc/IM1" });
    expect((await all(chosen([inside, new File(["y"], "alone.dcm")]))).map(({ path }) => path)).toEqual(["disc/IM1", "alone.dcm"]);
  });
});
