/** The latest checkup of a node: how it stands, how another one is begun, and how it is ended. */
import { useState } from "react";
import { cancelCheckup, useBegin, useCheckup, useCheckups } from "@/api/checkups";
import type { CheckupWanted } from "@/api/words";

export function useRun(node: string) {
  const list = useCheckups();
  const begin = useBegin();
  const [error, setError] = useState<unknown>();
  const token = list.data?.checkups.find((one) => one.node === node)?.token ?? "";
  const asked = useCheckup(token);
  const run = async (wanted: CheckupWanted) => {
    setError(undefined);
    try {
      await begin(wanted);
    } catch (found) {
      setError(found);
    }
  };
  const cancel = async () => {
    try {
      await cancelCheckup(token);
      await asked.refetch();
    } catch (found) {
      setError(found);
    }
  };
  return { checkup: asked.data, error: error ?? list.error ?? asked.error ?? undefined, run, cancel };
}
