/** A setup sheet, the products whose words are known, and this device with its addresses, asked of the house. */
import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/http";
import type { DeviceWords, ProductList, SetupSheet } from "@/api/words";
import type { Question } from "./pair";

export function useSheet(question: Question) {
  return useQuery({
    queryKey: ["setup sheet", question],
    queryFn: ({ signal }) => get<SetupSheet>("/api/setup-sheet", question, signal),
    placeholderData: (before) => before,
  });
}

export function useProducts() {
  return useQuery({
    queryKey: ["products"],
    queryFn: ({ signal }) => get<ProductList>("/api/products", undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** In the cache that all pages share. */
export function useDevice() {
  return useQuery({
    queryKey: ["network", "device"],
    queryFn: ({ signal }) => get<DeviceWords>("/api/device", undefined, signal),
  });
}
