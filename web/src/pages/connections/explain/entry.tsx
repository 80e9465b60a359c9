/** Where a log comes in: pasted, dropped or chosen, with the product whose it is, if somebody knows it. */
import { Select, Textarea } from "@mantine/core";
import { FileText } from "lucide-react";
import { useRef, useState } from "react";
import { byteCount } from "@/base/text";
import { Button } from "@/parts/button";
import { Fault } from "@/parts/fault";
import styles from "./entry.module.css";
import { EXAMPLE } from "./example";
import { LOG_BYTES_MAX, type Log, logOf, useProducts } from "./reading";
import { listed } from "./rows";

interface Props {
  readonly busy: boolean;
  readonly error: unknown;
  /** Whose log it is, or empty. */
  readonly product: string;
  readonly onProduct: (product: string) => void;
  readonly onLog: (log: Log) => void;
}

export function Entry({ busy, error, product, onProduct, onLog }: Props) {
  const [text, setText] = useState("");
  const file = useRef<HTMLInputElement>(null);
  const products = useProducts();
  const explain = (pasted: string) => onLog(logOf(new Blob([pasted], { type: "text/plain" }), ""));
  return (
    <div className={styles.entry}>
      <h2>What does this log say?</h2>
      <p>
        Paste lines of {listed(products, "or") || "another product"}, or drop a file here. Each line is recognised by its own shape,
        and several products may be mixed. Nothing is kept, and patients' names are left out.
      </p>
      {error !== undefined && <Fault tried="The log was not explained" error={error} />}
      <Textarea
        aria-label="Lines of a log"
        placeholder={"W1123 08:14:02.112233 main.cpp:443] DICOM authorization rejected for AET CT_ROOM2 …"}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && text.trim()) explain(text);
        }}
        className={styles.text}
        classNames={{ input: styles.input ?? "", wrapper: styles.wrapper ?? "" }}
        spellCheck={false}
        data-autofocus
      />
      <div className={styles.actions}>
        <Button kind="primary" onClick={() => explain(text)} disabled={busy || !text.trim()}>
          {busy ? "Reading…" : "Explain"}
        </Button>
        <Button icon={<FileText />} onClick={() => file.current?.click()} disabled={busy}>
          Choose a file…
        </Button>
        <Button kind="quiet" onClick={() => explain(EXAMPLE)} disabled={busy}>
          Show an example
        </Button>
        <input
          ref={file}
          type="file"
          hidden
          aria-label="A log file"
          onChange={(event) => {
            const chosen = event.currentTarget.files?.[0];
            if (chosen) onLog(logOf(chosen, chosen.name));
            event.currentTarget.value = "";
          }}
        />
        <Select
          className={styles.product ?? ""}
          aria-label="Whose log it is"
          data={[{ value: "", label: "any product" }, ...products.map((value) => ({ value, label: value }))]}
          value={product}
          onChange={(value) => onProduct(value ?? "")}
          allowDeselect={false}
        />
      </div>
      <p className={styles.more}>
        Of a file larger than {byteCount(LOG_BYTES_MAX)} its end is read. The command line takes any size:{" "}
        <code>isocenter explain FILE</code>
      </p>
    </div>
  );
}
