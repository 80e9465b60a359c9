/** The fault whose entry is open, in the address (`fault`). */
import { useParameters } from "@/parts/use_parameters";

export function useFault() {
  const { place, set } = useParameters();
  return { shown: place.get("fault") ?? "", open: (identifier: string) => set({ fault: identifier }) };
}
