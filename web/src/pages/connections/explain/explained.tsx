/** A log that was read: on the left all that it says, on the right its lines with what they mean beside them. */
import { Select, Switch } from "@mantine/core";
import { useState } from "react";
import { byteCount, counted } from "@/base/text";
import { Button } from "@/parts/button";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import frame from "../frame.module.css";
import styles from "./explained.module.css";
import { Groups } from "./groups";
import { Lines } from "./lines";
import { type Reading, useProducts } from "./reading";
import { listed } from "./rows";

interface Props {
  readonly reading: Reading;
  readonly busy: boolean;
  readonly error: unknown;
  readonly onProduct: (product: string) => void;
  readonly onAnother: () => void;
  readonly onFault: (identifier: string) => void;
}

export function Explained({ reading, busy, error, onProduct, onAnother, onFault }: Props) {
  const { log, product, told } = reading;
  const [only, setOnly] = useState<number>();
  const [passing, setPassing] = useState(false);
  const products = useProducts();
  const faults = told.groups.filter((group) => group.is_fault);
  const first = faults[0];
  const named = [...new Set((first ? faults : told.groups).map((group) => group.product))];
  return (
    <div className={`${frame.page} ${styles.page}`}>
      <section className={frame.side} aria-label="What the log says">
        <header className={styles.head}>
          <div className={styles.name}>
            <Lamp state={first ? "bad" : told.known > 0 ? "good" : "unknown"} />
            <h2>
              <bdi>{log.name || "Pasted lines"}</bdi>
            </h2>
            <Select
              aria-label="Whose log it is"
              className={styles.product ?? ""}
              data={[{ value: "", label: "any product" }, ...products.map((value) => ({ value, label: value }))]}
              value={product}
              onChange={(value) => {
                setOnly(undefined);
                onProduct(value ?? "");
              }}
              allowDeselect={false}
              disabled={busy}
            />
          </div>
          <p>
            {first ? counted(told.faults, "fault") : "No fault"} in {counted(told.lines, "line")}
            {named.length > 0 && <> of {listed(named, "and")}</>}
            {first && (
              <>
                , from line {first.first_line}
                {first.first_moment && <> at {first.first_moment}</>}
              </>
            )}
          </p>
          {log.leftOut > 0 && <p className={styles.cut}>The first {byteCount(log.leftOut)} of the file were left out.</p>}
        </header>
        <Groups told={told} passing={passing} only={only} onOnly={setOnly} />
        <footer className={`${frame.foot} ${styles.foot}`}>
          <Button onClick={onAnother}>Another log</Button>
          <Switch
            className={frame.switch ?? ""}
            label="Lines without a fault"
            labelPosition="left"
            checked={passing}
            onChange={(event) => setPassing(event.currentTarget.checked)}
          />
        </footer>
      </section>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <section key={only} className={frame.main} aria-label="The lines" tabIndex={0}>
        {error !== undefined && <Fault tried="The log was not explained" error={error} />}
        <Lines told={told} passing={passing} only={only} onFault={onFault} />
      </section>
    </div>
  );
}
