/**
 * The picture of a cell, as hooks: what is there at once, what comes, what could not come.
 *
 * A stack and an index come in, or a cut through its volume; pixels and where they lie go out. While the wanted picture is fetched or
 * cut, the last one stays on the screen and says so, so that nothing ever blinks.
 */

import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { frameKey, frameStore } from "@/imaging/frame_store";
import type { DicomFrame } from "@/imaging/frames";
import { type ImagePlane, imagePlaneOf } from "@/imaging/geometry";
import type { FramePicture } from "@/imaging/pixels";
import type { DicomStack } from "@/imaging/stacks";
import { type Volume, volumeOf } from "@/imaging/volume";
import type { Pixels, Vector, Voi } from "@/model/images";
import { type Axis, cutPlane } from "./cutting";
import { boxFor } from "./scrolling";
import type { Slab } from "./state";

export interface Shown {
  /** Undefined for a cut. */
  readonly frame: DicomFrame | undefined;
  readonly picture: FramePicture | undefined;
  readonly pixels: Pixels | undefined;
  readonly plane: ImagePlane | undefined;
  /** What was done to it, in words for a corner. */
  readonly notes: readonly string[];
  /** The window that it is shown with before anybody touches it. */
  readonly voi: Voi | undefined;
  /** The wanted picture is still on its way; what is shown is the one before, where there is one. */
  readonly isLate: boolean;
  /** How much of what is needed is there, from 0 to 1; undefined where nobody has to wait for long. */
  readonly progress: number | undefined;
  readonly fault: unknown;
}

const NONE: readonly string[] = [];

/** One image of a stack. */
export function useFrame(stack: DicomStack, index: number): Shown {
  const frame = stack.frames[index];
  const last = useRef<{ stack: DicomStack; frame: DicomFrame; picture: FramePicture } | undefined>(undefined);
  const listen = useCallback(
    (tell: () => void) => {
      const mine = frame && frameKey(frame);
      return frameStore.subscribe((key) => key === mine && tell());
    },
    [frame],
  );
  const picture = useSyncExternalStore(listen, () => frame && frameStore.peek(frame));
  const fault = useSyncExternalStore(listen, () => frame && frameStore.failure(frame));
  useLayoutEffect(() => frameStore.follow(stack, index), [stack, index]);
  if (frame && picture) last.current = { stack, frame, picture };
  const before = last.current?.stack === stack ? last.current : undefined;
  const late = !picture && !fault;
  const shown = late && before ? before : { frame, picture };
  return {
    ...shown,
    pixels: shown.picture?.pixels,
    plane: shown.frame && imagePlaneOf(shown.frame),
    notes: shown.picture?.notes ?? NONE,
    voi: shown.picture?.firstWindow,
    isLate: late,
    progress: undefined,
    fault,
  };
}

interface Loaded {
  readonly stack: DicomStack;
  readonly volume: Volume | undefined;
  readonly progress: number;
  readonly fault: unknown;
}

/** The volume of a stack, as far as it is there. */
function useVolume(stack: DicomStack): Loaded {
  const [loaded, setLoaded] = useState<Loaded>({ stack, volume: undefined, progress: 0, fault: undefined });
  useEffect(() => {
    let isWanted = true;
    const tell = (now: Omit<Loaded, "stack">) => isWanted && setLoaded({ stack, ...now });
    volumeOf(stack, (there, total) => tell({ volume: undefined, progress: there / total, fault: undefined })).then(
      (volume) => tell({ volume, progress: 1, fault: undefined }),
      (fault: unknown) => tell({ volume: undefined, progress: 0, fault }),
    );
    return () => {
      isWanted = false;
    };
  }, [stack]);
  return loaded.stack === stack ? loaded : { stack, volume: undefined, progress: 0, fault: undefined };
}

/** A cut through a stack's volume at a point, for the cell of that name. */
export function useCut(name: string, stack: DicomStack, cut: Axis, at: Vector | undefined, slab: Slab | undefined): Shown {
  const { volume, progress, fault } = useVolume(stack);
  const box = boxFor(stack);
  const depth = at && { axial: at[2], coronal: at[1], sagittal: at[0] }[cut];
  // biome-ignore lint/correctness/useExhaustiveDependencies: a cut depends on the point's depth alone
  const plane = useMemo(() => box && at && cutPlane(box, cut, at), [box, cut, depth]);
  const [made, setMade] = useState<{ volume: Volume; plane: ImagePlane; pixels: Pixels }>();
  const [broken, setBroken] = useState<{ plane: ImagePlane; error: unknown }>();
  useEffect(() => {
    if (!volume || !plane) return;
    let isWanted = true;
    const failed = (error: unknown) => isWanted && setBroken({ plane, error });
    volume.cut(name, plane, slab).then((pixels) => pixels && isWanted && setMade({ volume, plane, pixels }), failed);
    return () => {
      isWanted = false;
    };
  }, [volume, name, plane, slab]);
  const there = made && made.volume === volume ? made : undefined;
  return {
    frame: undefined,
    picture: undefined,
    pixels: there?.pixels,
    plane: there?.plane ?? plane,
    notes: volume?.notes ?? NONE,
    voi: volume?.voi,
    isLate: there?.plane !== plane,
    progress: volume ? undefined : progress,
    fault: fault ?? (broken && broken.plane === plane ? broken.error : undefined),
  };
}
