/** The latest checkup of a node: how it stands, how another one is begun, and how it is ended. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { CHECKUPS, cancelCheckup, useBegin, useCheckup, useCheckups } from "@/api/checkups";
import { Refusal } from "@/api/http";
import type { CheckupWanted } from "@/api/words";

export function useRun(node: string) {
  const queries = useQueryClient();
  const list = useCheckups();
  const begin = useBegin();
  const [error, setError] = useState<unknown>();
  const token = list.data?.checkups.find((one) => one.node === node)?.token ?? "";
  const asked = useCheckup(token);
  // the house was started again and has forgotten it: then its list is another one too
  const isForgotten = asked.error instanceof Refusal && asked.error.status === 404;
  useEffect(() => {
    if (isForgotten) void queries.invalidateQueries({ queryKey: CHECKUPS });
  }, [isForgotten, queries]);
  const run = async (wanted: CheckupWanted) => {
    setError(undefined);
    try {
      await begin(wanted);
    } catch (found) {
      setError(found);
    }
  };
  const cancel = async () => {
    setError(undefined);
    try {
      await cancelCheckup(token);
      await asked.refetch();
    } catch (found) {
      setError(found);
    }
  };
  return {
    checkup: isForgotten ? undefined : asked.data,
    /** Why nothing was begun or ended. */
    error,
    /** Why it is not known how it stands. */
    unread: isForgotten ? null : (list.error ?? asked.error),
    readAgain: () => void (list.error ? list.refetch() : asked.refetch()),
    run,
    cancel,
  };
}
