/**
 * How a mammogram is hung: the chest walls meet in the middle, the axilla is above, whatever way the image was stored.
 *
 * A frame comes in; the mirrors that it needs and the side that its chest wall is anchored to go out. Only what the image says counts
 * (Patient Orientation, PS3.3 C.7.6.1.1.1; Image Laterality; View Position): where it does not say it, it is shown as it was stored.
 */

import type { ImageFrame, View } from "@/model/images";
import { WHOLE } from "@/model/images";

const OPPOSITE: Readonly<Record<string, string>> = { A: "P", P: "A", L: "R", R: "L", H: "F", F: "H" };

type Side = "left" | "right";

/** The side of the cell at which the chest wall stands: right breasts are seen at the left of left ones. */
export function chestWall(frame: ImageFrame): Side | undefined {
  const { attributes } = frame;
  if (attributes.text("Modality") !== "MG") return undefined;
  const laterality = attributes.text("FrameLaterality") || attributes.text("ImageLaterality") || attributes.text("Laterality");
  return laterality === "R" ? "right" : laterality === "L" ? "left" : undefined;
}

/** The same for a view that somebody has mirrored, or turned upside down. */
export function chestWallOf(frame: ImageFrame, view: View): Side | undefined {
  const side = chestWall(frame);
  const isMirrored = (view.flipHorizontal !== hungView(frame).flipHorizontal) !== (view.rotation === 2);
  return side && isMirrored ? (side === "right" ? "left" : "right") : side;
}

/** What the rows and the columns should point to: the nipple away from the chest wall, lateral above in CC, the feet below in MLO. */
function wanted(frame: ImageFrame, side: Side): readonly [string, string] {
  const isOblique = /ML|LM/.test(frame.attributes.text("ViewPosition").toUpperCase());
  const across = side === "right" ? "P" : "A";
  return [across, isOblique ? "F" : side === "right" ? "L" : "R"];
}

/** The view that a mammogram begins with; other pictures lie as they were stored. */
export function hungView(frame: ImageFrame | undefined): View {
  const side = frame && chestWall(frame);
  if (!frame || !side) return WHOLE;
  const [across = "", down = ""] = frame.attributes.values("PatientOrientation").map((letters) => String(letters)[0] ?? "");
  const [row, column] = wanted(frame, side);
  return { ...WHOLE, flipHorizontal: OPPOSITE[row] === across, flipVertical: OPPOSITE[column] === down };
}
