/** How a node is tested: what the person chose beside node and role. */
import type { CheckupWanted } from "@/api/words";
import { CT } from "./classes";
import type { Role } from "./layers";

export type ConsentName = "titles" | "neighbours" | "store" | "idle" | "many";

export interface How {
  readonly classUid: string;
  readonly secured: boolean;
  readonly checkHost: boolean;
  readonly authority: string;
  readonly consent: ReadonlySet<ConsentName>;
}

export const USUAL: How = { classUid: CT, secured: false, checkHost: true, authority: "", consent: new Set(["store"]) };

/** As the house takes it; `more` is granted for this one run. */
export function wantedOf(node: string, role: Role, how: How, more: readonly ConsentName[] = []): CheckupWanted {
  return {
    node,
    role,
    storage_class_uid: how.classUid,
    consent: [...new Set([...how.consent, ...more])],
    secured: how.secured ? { authority: how.authority, check_host: how.checkHost } : null,
  };
}

/** The same again by itself: nothing is stored every few seconds, and no spelling is tried. */
export function again(node: string, role: Role, how: How): CheckupWanted {
  return { ...wantedOf(node, role, how), consent: [] };
}

export interface Consent {
  readonly name: ConsentName;
  readonly words: string;
  /** What will be done, to the letter. */
  readonly sentence: string;
}

export const CONSENTS: readonly Consent[] = [
  {
    name: "store",
    words: "Store one test image there",
    sentence:
      "A synthetic image of the patient ISOCENTER^TEST. It stays there, because DICOM has no way to ask for its removal; the last step tells where it lies.",
  },
  {
    name: "titles",
    words: "Try other spellings where a title is refused",
    sentence: "Up to sixteen calls, one a second, each with another spelling of a title. Nothing is sent. Its log will show them.",
  },
  {
    name: "neighbours",
    words: "Look at other ports where its own is closed",
    sentence:
      "Connects to the usual DICOM and web ports of the same computer, one a second; one that answers is asked whether it speaks DICOM, or for its page. Never a printer's port, never HL7.",
  },
  {
    name: "many",
    words: "Hold several associations at once",
    sentence: "Up to eleven, until one more is refused; then all are released. Somebody else may be turned away meanwhile.",
  },
  {
    name: "idle",
    words: "Stay silent on an association",
    sentence: "For five minutes, to see whether the device or a firewall ends it.",
  },
];
