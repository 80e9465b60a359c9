/** Where the viewer was left, so that the rail can go back to it: its last address in this tab. */
import { useEffect } from "react";
import { useLocation } from "react-router";
import { create } from "zustand";

const KEY = "isocenter.viewer";

export const useOpenViewer = create<{ readonly address: string }>(() => ({
  address: globalThis.sessionStorage?.getItem(KEY) ?? "",
}));

/** Remember the viewer's address whenever it is shown. */
export function useRememberViewer(): void {
  const { pathname, search } = useLocation();
  useEffect(() => {
    if (pathname !== "/viewer" || !search) return;
    sessionStorage.setItem(KEY, pathname + search);
    useOpenViewer.setState({ address: pathname + search });
  }, [pathname, search]);
}
