/** The second step: what is entered at the device so that it knows this archive, in the words of its own product. */
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get } from "@/api/http";
import type { HalfWords, LineWords, NodeWords, ProductList, SetupSheet } from "@/api/words";
import { Card } from "@/parts/card";
import { Copy } from "@/parts/copy";
import { Fault } from "@/parts/fault";
import { Term } from "@/parts/term";
import styles from "./add.module.css";
import { boxes } from "./boxes";

export function EnterStep({ node }: { readonly node: NodeWords }) {
  const [chosen, setChosen] = useState<string>();
  const products = useQuery({
    queryKey: ["products"],
    queryFn: ({ signal }) => get<ProductList>("/api/products", undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const sheet = useQuery({
    queryKey: ["setup sheet", node, chosen ?? ""],
    queryFn: ({ signal }) => get<SetupSheet>("/api/setup-sheet", { node: node.name, product: chosen }, signal),
    placeholderData: (before) => before,
  });
  const there = sheet.data?.there;
  const here = sheet.data?.here.at;
  return (
    <div className={styles.enter}>
      <p className={styles.lead}>
        Most devices serve only whom they know. At the device, enter this archive: three values, letter for letter. Then save, and
        where it says so restart it.
      </p>
      {sheet.error && <Fault tried="The setup sheet could not be made" error={sheet.error} again={() => void sheet.refetch()} />}
      {here && (
        <dl className={styles.three}>
          <Value name={<Term word="AE title" />} text={here.ae_title} what="the AE title" />
          <Value name="Address" text={here.host} what="the address" />
          <Value name="Port" text={String(here.port)} what="the port" />
        </dl>
      )}
      <Select
        label="What product is it?"
        description="Then the lines are in its own words. Any other device has the same three boxes somewhere."
        placeholder="Any DICOM device"
        data={(products.data?.products ?? []).map((one) => ({ value: one.key, label: one.name }))}
        value={chosen ?? (sheet.data?.known_product || null)}
        onChange={(key) => setChosen(key ?? "")}
        searchable
        clearable
        className={styles.product}
      />
      {there && <There half={there} />}
    </div>
  );
}

function Value({ name, text, what }: { readonly name: React.ReactNode; readonly text: string; readonly what: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <bdi className="mono">{text}</bdi>
        <Copy text={text} what={what} />
      </dd>
    </div>
  );
}

function There({ half }: { readonly half: HalfWords }) {
  const [first, ...rest] = half.lines;
  return (
    <Card title={`At the device: ${half.product}`}>
      <div className={styles.card}>
        {first && <Entry line={first} />}
        {rest.map((line) => (
          <details key={line.where + line.text}>
            <summary>Or: {line.where}</summary>
            <Entry line={line} />
          </details>
        ))}
        {half.own && (
          <details>
            <summary>Its own title and port are set in {half.own.where}</summary>
            <Entry line={half.own} />
          </details>
        )}
        {half.restart && <p>{half.restart}</p>}
        {half.checks && <p className={styles.quiet}>{half.checks}</p>}
        {half.traps.length > 0 && (
          <ul className={styles.traps} aria-label="What goes wrong with it">
            {half.traps.map((trap) => (
              <li key={trap}>{trap}</li>
            ))}
          </ul>
        )}
        {half.test && (
          <p className={styles.quiet}>
            Its own test: <code>{half.test}</code> {half.test_says}
          </p>
        )}
      </div>
    </Card>
  );
}

/** One line: as text of a file, or as the boxes of a dialog, each to be copied. */
function Entry({ line }: { readonly line: LineWords }) {
  return (
    <div className={styles.entry}>
      <p>
        In <strong>{line.where}</strong>
        {line.then && `. ${line.then}`}.
      </p>
      {line.form === "fields" ? (
        <dl className={styles.boxes}>
          {boxes(line.text).map(({ name, value }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <code>{value}</code>
                <Copy text={value} what={name} />
              </dd>
            </div>
          ))}
        </dl>
      ) : (
        <div className={styles.text}>
          <pre className="mono">{line.text}</pre>
          <Copy text={line.text} what={`the line for ${line.product}`} />
        </div>
      )}
      {line.mind && <p className={styles.mind}>{line.mind}</p>}
    </div>
  );
}
