/**
 * The address of the page as the list speaks of it: filters, the chosen study and series, and how each is changed.
 */
import { useCallback, useMemo } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { withParameters } from "@/api/http";
import { type Filters, fromAddress, toAddress, withSeries, withStudy } from "./filters";

export interface ListAddress {
  readonly filters: Filters;
  readonly study: string;
  readonly series: string;
  /** `typed`: the address is replaced, not added to, so that Back does not go letter by letter. */
  readonly change: (changed: Partial<Filters>, typed?: boolean) => void;
  readonly chooseStudy: (uid: string) => void;
  readonly chooseSeries: (uid: string) => void;
  readonly open: (study: string, series?: string) => void;
}

export function useListAddress(): ListAddress {
  const [address, setAddress] = useSearchParams();
  const navigate = useNavigate();
  const filters = useMemo(() => fromAddress(address), [address]);
  const rewrite = useCallback(
    (next: (address: URLSearchParams) => URLSearchParams, replace: boolean) =>
      // the address of this moment, which may be ahead of what is drawn
      setAddress(next(new URLSearchParams(globalThis.location.search)), { replace }),
    [setAddress],
  );
  return {
    filters,
    study: address.get("study") ?? "",
    series: address.get("series") ?? "",
    change: useCallback(
      (changed, typed = false) => rewrite((now) => toAddress({ ...fromAddress(now), ...changed }, now), typed),
      [rewrite],
    ),
    chooseStudy: useCallback((uid) => rewrite((now) => withStudy(now, uid), true), [rewrite]),
    chooseSeries: useCallback((uid) => rewrite((now) => withSeries(now, uid), true), [rewrite]),
    open: useCallback((study, series) => void navigate(withParameters("/viewer", { study, series })), [navigate]),
  };
}
