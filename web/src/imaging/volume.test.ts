import { describe, expect, it } from "vitest";
import type { Stack } from "@/model/images";
import type { ImagePlane } from "./geometry";
import { Volume } from "./volume";

const plane = { rows: 1, columns: 1 } as unknown as ImagePlane;
const scale = { slope: 1, intercept: 0 } as never;

function volumeWith(cut: () => Promise<never | Int16Array>): Volume {
  return new Volume({} as Stack, [], {} as never, [], scale, { cut: cut as never, end: () => undefined });
}

describe("cutting a volume", () => {
  it("goes on after a plane that could not be cut", async () => {
    let calls = 0;
    const volume = volumeWith(async () => {
      if (++calls === 1) throw new Error("no memory");
      return new Int16Array(1);
    });
    await expect(volume.cut("a", plane)).rejects.toThrow("no memory");
    await expect(volume.cut("a", plane)).resolves.toMatchObject({ kind: "grey" });
  });

  it("answers with nothing for a plane that was overtaken by another of the same cell", async () => {
    const volume = volumeWith(async () => new Int16Array(1));
    const [first, second, third] = [volume.cut("a", plane), volume.cut("a", plane), volume.cut("a", plane)];
    expect(await first).toBeDefined();
    expect(await second).toBeUndefined();
    expect(await third).toBeDefined();
  });
});
