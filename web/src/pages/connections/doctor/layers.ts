/**
 * The layers that the doctor climbs, as `model/checkup` names them: what each is called here, and one sentence for somebody who heard
 * the word this morning. Which of them a role needs is `doctor/checkup`'s to say; it is repeated here for a ladder not yet climbed.
 */
export const ROLES = ["archive", "modality", "workstation", "printer"] as const;
export type Role = (typeof ROLES)[number];

export interface Explained {
  readonly name: string;
  readonly sentence: string;
}

export const LAYERS = {
  name: {
    name: "Name",
    sentence: "Turns the host name into a numeric address, as a telephone book does. A plain address needs none.",
  },
  route: {
    name: "Route",
    sentence: "Finds the way through the network to that address, and which of our own addresses we use for it.",
  },
  tcp: { name: "TCP", sentence: "Opens a connection to the port: a number that one program on the other computer listens at." },
  "first bytes": {
    name: "First bytes",
    sentence: "Looks at what the program behind the port says first: DICOM, or something else such as a web server.",
  },
  tls: {
    name: "TLS",
    sentence: "Encrypts the connection and proves by certificates who is who. Both sides use it, or neither does.",
  },
  titles: {
    name: "AE titles",
    sentence:
      "Both devices call each other by name, 1 to 16 characters in which capitals matter; many serve only names that they know.",
  },
  contexts: {
    name: "Presentation contexts",
    sentence: "Agrees which kinds of objects may cross, and in which encodings. A device accepts or refuses each of them.",
  },
  echo: { name: "C-ECHO, ten times", sentence: "Asks the device whether it is there and understands DICOM. Nothing is stored." },
  find: { name: "C-FIND at each level", sentence: "Asks which patients, studies, series and images it has." },
  store: { name: "C-STORE of a test image", sentence: "Sends one synthetic image, of a patient named ISOCENTER^TEST." },
  "find again": { name: "Find it again", sentence: "Asks whether the test image that was just stored can be found." },
  move: {
    name: "C-MOVE back to you",
    sentence: "Asks it to send the image back on a connection of its own: it has to know our title and reach our port.",
  },
  get: { name: "C-GET", sentence: "Asks for the image back over the connection that is open: it need not know us." },
  compare: { name: "Compare every byte", sentence: "Holds what came back beside what was sent, and says what the device changed." },
  commitment: {
    name: "Storage commitment",
    sentence: "Asks it to promise that it keeps the image, so that a scanner may delete its own copy.",
  },
  printer: { name: "Printer status", sentence: "Asks the film printer how it is. Nothing is printed." },
  "clean up": { name: "Clean up", sentence: "Removes the test image again, or says where it lies." },
} as const satisfies Record<string, Explained>;

export type LayerName = keyof typeof LAYERS;

/** Words of the standard, which are underlined; the sentences of the others are there without it. */
export const TERMS: ReadonlySet<LayerName> = new Set(["contexts", "commitment"]);

const CONNECTING: readonly LayerName[] = ["name", "route", "tcp", "first bytes", "tls", "titles", "contexts", "echo"];

/** Those that send images here by themselves. */
export const SENDERS: ReadonlySet<Role> = new Set(["modality", "archive"]);

/** The ladder of a role, before it is climbed. */
export const PLANS: Readonly<Record<Role, readonly LayerName[]>> = {
  archive: [...CONNECTING, "find", "store", "find again", "move", "get", "compare", "commitment", "clean up"],
  workstation: [...CONNECTING, "store", "clean up"],
  modality: CONNECTING,
  printer: [...CONNECTING, "printer"],
};
