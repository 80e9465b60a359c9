/** The second step: what is entered at the device so that it knows this archive, in the words of its own product. */
import { Select } from "@mantine/core";
import { useState } from "react";
import type { HalfWords, NodeWords } from "@/api/words";
import { Card } from "@/parts/card";
import { Fault } from "@/parts/fault";
import { Term } from "@/parts/term";
import { Value, Ways } from "../sheets/sides";
import { useProducts, useSheet } from "../sheets/use_sheet";
import styles from "./add.module.css";

export function EnterStep({ node }: { readonly node: NodeWords }) {
  const [chosen, setChosen] = useState<string>();
  const products = useProducts();
  const sheet = useSheet({ node: node.name, product: chosen ?? "" });
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

function There({ half }: { readonly half: HalfWords }) {
  return (
    <Card title={`At the device: ${half.product}`}>
      <div className={styles.card}>
        <Ways half={half} own="Its own title and port are set in" />
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
