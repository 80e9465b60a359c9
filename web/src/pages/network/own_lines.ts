/** How this device is entered in each product (`/api/own-lines`): the words come from the house, in each product's own. */
import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/http";
import type { DeviceWords, LineWords, OwnLines } from "@/api/words";

/** Those that most people meet first; the others are on the page Connections. */
const USUAL = ["Conquest", "Orthanc", "DCMTK dcmqrscp"];

/** The lines for one address of the device, and again when its title or port has changed. */
export function useOwnLines(device: DeviceWords | undefined, address: string): readonly LineWords[] {
  const { data } = useQuery({
    queryKey: ["own lines", address, device?.ae_title, device?.port],
    queryFn: ({ signal }) => get<OwnLines>("/api/own-lines", { address }, signal),
    enabled: device !== undefined,
    placeholderData: (before) => before,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data?.lines ?? [];
}

export function usual(lines: readonly LineWords[]): readonly LineWords[] {
  return lines.filter((line) => USUAL.includes(line.product));
}
