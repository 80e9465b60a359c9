/**
 * What a person enters on the other side so that it finds this device: a line for each product, in that product's own words.
 *
 * Comes in: title, address, port. Goes out: text to be copied. Where a product cannot hold a title, `sentence` says so instead.
 * The forms are those of `nodes/acrnema_map`, `nodes/orthanc_modalities` and `nodes/dcmqrscp_config`.
 */

export interface Line {
  readonly product: string;
  readonly text: string;
  /** Why it may not work as it stands; empty where it does. */
  readonly sentence: string;
}

interface Own {
  readonly title: string;
  readonly address: string;
  readonly port: number;
}

/** A name that every product takes as a key: small letters, digits and underscores. */
export function keyOf(title: string): string {
  const key = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  return key || "isocenter";
}

export function lines(own: Own): readonly Line[] {
  const { title, address, port } = own;
  return [
    {
      product: "Conquest, in acrnema.map",
      text: `${title}  ${address}  ${port}  un`,
      sentence: /\s/.test(title) ? "Conquest's list is made of words, and this title has a space." : "",
    },
    {
      product: "Orthanc, in DicomModalities",
      text: `${JSON.stringify(keyOf(title))} : [${JSON.stringify(title)},\n  ${JSON.stringify(address)}, ${port}]`,
      sentence: "",
    },
    {
      product: "DCMTK, in HostTable",
      text: `${keyOf(title)} = (${title},\n  ${address}, ${port})`,
      sentence: /[\s,()#"]/.test(title) ? "DCMTK's list has no place for a title with spaces, commas or brackets." : "",
    },
  ];
}

/** A text as it is copied: in one line. */
export function oneLine(text: string): string {
  return text.replace(/\n\s*/g, " ");
}

/** "10.0.0.0/24" as "10.0.0.x", other networks as they are written; an address without one as itself. */
export function seenFrom(network: string, address: string): string {
  if (!network) return address;
  const [base = "", bits] = network.split("/");
  const parts = base.split(".");
  if (parts.length !== 4) return network;
  if (bits === "24") return `${parts.slice(0, 3).join(".")}.x`;
  if (bits === "16") return `${parts.slice(0, 2).join(".")}.x.x`;
  if (bits === "8") return `${parts[0]}.x.x.x`;
  return network;
}
