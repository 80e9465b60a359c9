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
  "Calling AE title": "The title of the side that calls: how it introduces itself.",
  "Called AE title": "The title that the calling side asks for: whom it believes to reach.",
  Association: "One conversation between two devices, from the request to the goodbye.",
  "SOP class": "One kind of object or service with its rules, such as CT Image Storage.",
  PDU: "One packet of a DICOM conversation; each side says how large it may be.",
  "Storage commitment": "A promise to keep an image, so that the scanner may delete its own copy.",
  TLS: "Encrypts the connection and proves by certificates who is who; both sides use it, or neither.",
  Allowed: "What this node may ask of us: echo, store, find, move, get.",
} as const;

export type Explained = keyof typeof SENTENCES;

const WORDS = Object.keys(SENTENCES) as Explained[];
const BY_LETTERS = new Map(WORDS.map((word) => [word.toLowerCase(), word]));
const FOUND = new RegExp(`\\b(${WORDS.toSorted((one, other) => other.length - one.length).join("|")})\\b`, "gi");

/** A text in pieces; those that are words of the standard have the word that explains them, each word once. */
export function termsIn(text: string): readonly { readonly text: string; readonly word?: Explained }[] {
  const seen = new Set<Explained>();
  return text.split(FOUND).map((piece) => {
    const word = BY_LETTERS.get(piece.toLowerCase());
    if (!word || word === "Allowed" || seen.has(word)) return { text: piece };
    seen.add(word);
    return { text: piece, word };
  });
}

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
