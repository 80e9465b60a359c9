/** A name of DIMSE with its hyphen as a hyphen: tabular figures widen it to a digit otherwise (mock/README, Type). */
export function Dimse({ name }: { readonly name: string }) {
  return <span style={{ fontFeatureSettings: '"tnum" 0', fontVariantNumeric: "normal" }}>{name}</span>;
}
