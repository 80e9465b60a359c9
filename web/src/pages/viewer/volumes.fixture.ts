/** Stacks for tests: parallel slices in the patient, without pixels. */

import { frameAttributes } from "@/imaging/attributes";
import type { DicomStack } from "@/imaging/stacks";
import type { Vector } from "@/model/images";

interface Wanted {
  readonly id?: string;
  readonly slices?: number;
  readonly gap?: number;
  readonly first?: Vector;
  readonly across?: Vector;
  readonly down?: Vector;
  readonly size?: number;
  readonly spacing?: number;
  readonly frameOfReferenceUid?: string;
  readonly isClip?: boolean;
}

export function volume(wanted: Wanted = {}): DicomStack {
  const { id = "1", slices = 10, gap = 2, first = [-50, -50, 0], across = [1, 0, 0], down = [0, 1, 0] } = wanted;
  const { size = 101, spacing = 1, frameOfReferenceUid = "9", isClip = false } = wanted;
  const normal: Vector = [
    across[1] * down[2] - across[2] * down[1],
    across[2] * down[0] - across[0] * down[2],
    across[0] * down[1] - across[1] * down[0],
  ];
  const frames = Array.from({ length: slices }, (_, slice) => ({
    frame: 1,
    attributes: frameAttributes({}, 0),
    rows: size,
    columns: size,
    spacing: [spacing, spacing],
    frameOfReferenceUid,
    sopInstanceUid: `${id}.${slice}`,
    plane: {
      position: [0, 1, 2].map((axis) => (first[axis] ?? 0) + (normal[axis] ?? 0) * slice * gap),
      across,
      down,
      normal,
    },
  }));
  const stack = { id, seriesInstanceUid: id, frames, isClip, gap, modality: "CT", label: id, mpr: { allowed: true, sentence: "" } };
  return stack as unknown as DicomStack;
}
