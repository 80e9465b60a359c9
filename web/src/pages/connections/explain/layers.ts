/** Where a line of a log belongs: what the layer is called, and the family that gives it its colour. */
export type Family = "network" | "association" | "service" | "object" | "computer" | "passing";

const FAMILIES: Readonly<Record<string, Family>> = {
  name: "network",
  route: "network",
  tcp: "network",
  "first bytes": "network",
  tls: "network",
  titles: "association",
  contexts: "association",
  echo: "association",
  find: "service",
  store: "service",
  move: "service",
  get: "service",
  commitment: "service",
  worklist: "service",
  object: "object",
  computer: "computer",
  passing: "passing",
};

const WORDS: Readonly<Record<string, string>> = {
  name: "Name",
  route: "Route",
  tcp: "TCP",
  "first bytes": "First bytes",
  tls: "TLS",
  titles: "AE titles",
  contexts: "Contexts",
  echo: "C-ECHO",
  find: "C-FIND",
  store: "C-STORE",
  move: "C-MOVE",
  get: "C-GET",
  commitment: "Commitment",
  worklist: "Worklist",
  object: "The object",
  computer: "Computer",
  passing: "In passing",
};

export function familyOf(layer: string): Family {
  return FAMILIES[layer] ?? "passing";
}

export function layerWords(layer: string): string {
  return WORDS[layer] ?? layer;
}
