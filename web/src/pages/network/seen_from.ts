/** How a network is written as people say it: the page tells from where an address of this device is seen. */

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
