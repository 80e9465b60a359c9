/** What a check or a rebuilding says of one thing, as text; the identifier of a patient in it is masked while names are off. */
import { Identifier } from "./person_name";

/** "patient 4711", perhaps after what was found of it: "differs: patient 4711". */
const PATIENT = /^((?:[^:]*: )?patient )(.+)$/s;

export function FindingText({ text }: { readonly text: string }) {
  const found = PATIENT.exec(text);
  if (!found) return <bdi>{text}</bdi>;
  return (
    <span>
      {found[1]}
      <Identifier text={found[2] ?? ""} />
    </span>
  );
}
