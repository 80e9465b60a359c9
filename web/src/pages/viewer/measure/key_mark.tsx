/** What was chosen of an image, on the image: a star for a key image, the reason where others chose or rejected it. */

import { Star } from "lucide-react";
import type { PictureSlot } from "../slots";
import { nameOf, useKeyImages } from "./key_images";
import styles from "./key_mark.module.css";

export function KeyMark({ picture }: { readonly picture: PictureSlot }) {
  const name = nameOf(picture);
  const instance = picture.frame?.sopInstanceUid ?? "";
  const isOurs = useKeyImages((now) => name !== undefined && (now.ours.has(name) || now.ours.has(instance)));
  const others = useKeyImages((now) => (name === undefined ? undefined : (now.others.get(name) ?? now.others.get(instance))));
  if (!isOurs && !others) return null;
  return (
    <p className={styles.mark}>
      {isOurs && <Star aria-label="Key image" role="img" />}
      {others?.join(", ")}
    </p>
  );
}
