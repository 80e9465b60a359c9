/** A sentence of the doctor's: words of the standard are explained where they first stand, what a machine compares is set so. */
import { Fragment } from "react";
import { Dimse } from "@/parts/dimse";
import { Term, termsIn } from "@/parts/term";

interface Props {
  readonly text: string;
  /** Titles, addresses and names that stand in it. */
  readonly names: readonly string[];
}

const MACHINE = ["\\d{1,3}(?:\\.\\d{1,3}){3}(?::\\d{1,5})?(?![\\d.]*\\d)", "[0-2]\\.\\d+\\.[\\d.]{6,}\\d"];

/** The text in pieces, every other one of them something that a machine compares. */
export function split(text: string, names: readonly string[]): readonly string[] {
  const known = [...new Set(names)].filter((name) => name.length > 1).sort((one, other) => other.length - one.length);
  const escaped = known.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  // a title is not part of a longer word, nor of a title that goes on after a hyphen or an underscore
  const whole = escaped.map((name) => `(?<![\\w-])${name}(?![\\w^-])`);
  return text.split(new RegExp(`(${[...whole, ...MACHINE].join("|")})`));
}

export function Sentence({ text, names }: Props) {
  return (
    <bdi>
      {split(text, names).map((piece, place) =>
        place % 2 ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one sentence never change their places
          <bdi key={place} className="mono">
            {piece.replace(/^'|'$/g, "")}
          </bdi>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <Plain key={place} text={piece} />
        ),
      )}
    </bdi>
  );
}

function Plain({ text }: { readonly text: string }) {
  return termsIn(text).map(({ text: piece, word }, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one sentence never change their places
    <Fragment key={place}>
      {word ? (
        <Term word={word}>
          <Dimse name={piece} />
        </Term>
      ) : (
        <Dimse name={piece} />
      )}
    </Fragment>
  ));
}
