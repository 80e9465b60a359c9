/** Which two devices, what they are, and what can be done with their sheet. */
import { Select } from "@mantine/core";
import { FileText } from "lucide-react";
import { withParameters } from "@/api/http";
import type { NodeWords, SetupSheet } from "@/api/words";
import { DocumentLink } from "@/parts/button";
import { Copy } from "@/parts/copy";
import { type Pair, questionOf, textOf } from "./pair";
import styles from "./pair_bar.module.css";
import { useDevice, useProducts } from "./use_sheet";

interface Props {
  readonly nodes: readonly NodeWords[];
  readonly pair: Pair;
  readonly sheet: SetupSheet | undefined;
  readonly set: (parts: Partial<Pair>) => void;
}

export function PairBar({ nodes, pair, sheet, set }: Props) {
  const products = useProducts().data?.products ?? [];
  const device = useDevice().data;
  const known = [{ value: "any", label: "Any DICOM device" }, ...products.map((one) => ({ value: one.key, label: one.name }))];
  const others = nodes.filter((one) => one.name !== pair.node).map((one) => ({ value: one.name, label: one.name }));
  const addresses = (device?.addresses ?? []).map((one) => ({ value: one.address, label: `${one.address} (${one.interface})` }));
  const file = (form: string) => withParameters("/api/setup-sheet/document", { ...questionOf(pair), form });
  return (
    <header className={styles.bar}>
      <h2>
        <bdi>{sheet?.here.at.name ?? "This device"}</bdi> and <bdi>{pair.node}</bdi>
      </h2>
      <div className={styles.actions}>
        {sheet && <Copy text={textOf(sheet)} what="the sheet as text" />}
        <DocumentLink href={file("html")}>HTML</DocumentLink>
        <DocumentLink kind="primary" href={file("pdf")} icon={<FileText aria-hidden="true" />}>
          PDF to print
        </DocumentLink>
      </div>
      <div className={styles.pickers}>
        <Select
          label="One side"
          data={[{ value: "", label: `This device, ${device?.ae_title ?? "Isocenter"}` }, ...others]}
          value={pair.other}
          onChange={(other) => set({ other: other ?? "", other_product: "", seen: "" })}
          allowDeselect={false}
          searchable
        />
        {pair.other ? (
          <Select
            label="Its product"
            data={known}
            value={pair.other_product || null}
            placeholder="as it is known"
            onChange={(key) => set({ other_product: key ?? "" })}
            allowDeselect={false}
            searchable
          />
        ) : (
          <Select
            label="Its address, as seen from there"
            data={[...addresses, { value: "127.0.0.1", label: "127.0.0.1 (this computer)" }]}
            value={pair.seen || sheet?.here.at.host || null}
            onChange={(seen) => set({ seen: seen ?? "" })}
            allowDeselect={false}
          />
        )}
        <Select
          label={`Product of ${pair.node}`}
          data={known}
          value={pair.product || sheet?.known_product || "any"}
          onChange={(key) => set({ product: key ?? "" })}
          allowDeselect={false}
          searchable
        />
      </div>
    </header>
  );
}
