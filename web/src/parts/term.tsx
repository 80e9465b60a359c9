/** A word of the standard, explained in place: a dotted underline, and one sentence when it is pointed at or focused. */
import { Tooltip } from "@mantine/core";
import styles from "./term.module.css";

const SENTENCES = {
  "AE title": "The name by which a DICOM device is called: up to 16 characters, capitals matter.",
  "C-ECHO": "Asks a device whether it is there and understands DICOM. Nothing is sent or stored.",
  "C-STORE": "Sends one image to another device.",
  "C-FIND": "Asks a device which patients, studies or series it has.",
  "C-MOVE": "Asks a device to send images to somebody it knows: it has to have us in its list.",
  "C-GET": "Asks a device to send images to us over the connection that is open: it need not know us.",
  SCP: "The side that offers a service: an archive is an SCP of Storage.",
  SCU: "The side that asks for a service: a scanner is an SCU of Storage.",
  "Presentation context": "One kind of object and the encodings offered for it; both sides agree on each when they connect.",
  "Transfer syntax": "How an image is written in bytes: compressed or not, and by which method.",
  Allowed: "What this node may ask of us: echo, store, find, move, get.",
} as const;

export type Explained = keyof typeof SENTENCES;

export function Term({ word, children }: { readonly word: Explained; readonly children?: React.ReactNode }) {
  return (
    <Tooltip label={SENTENCES[word]} multiline w={260} events={{ hover: true, focus: true, touch: true }}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the sentence has to be reachable by keyboard */}
      <span className={styles.term} tabIndex={0}>
        {children ?? word}
      </span>
    </Tooltip>
  );
}
