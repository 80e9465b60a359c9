/** Somebody who was let in, and whom the policy strict would have refused: why, and what would have to be right. */
import type { Ignoring, Tolerated as Words } from "@/api/words";
import { Button } from "@/parts/button";
import { isNear } from "@/parts/letters";
import { Spelled } from "@/parts/spelled";
import styles from "./door.module.css";
import { Card, Ignore, Reason } from "./door_card";
import { WrongTitle } from "./wrong_title";

interface Props {
  readonly one: Words;
  readonly title: string;
  readonly now: Date;
  readonly onAdd: () => void;
  readonly decide: (wanted: Ignoring) => void;
}

export function Tolerated({ one, title, now, onAdd, decide }: Props) {
  const { calling_ae_title, called_ae_title, address, node, ignored } = one;
  const misspelt = called_ae_title !== title && isNear(called_ae_title, title);
  return (
    <Card
      lamp="unknown"
      title={<bdi className="mono">{calling_ae_title || "(no title)"}</bdi>}
      last={one.last}
      times={one.count}
      now={now}
    >
      <p>
        <bdi className="mono">{address}</bdi>
        {node && (
          <>
            , <bdi>{node}</bdi>
          </>
        )}
        . Let in; strict mode would refuse it: <Reason text={one.why} />
        {one.implementation_version_name && (
          <>
            {" "}
            Implementation <bdi className="mono">{one.implementation_version_name}</bdi>.
          </>
        )}
      </p>
      {misspelt && <Spelled wrong={called_ae_title} right={title} said={["it called", "you are"]} />}
      <footer className={node || !isForeign(address) ? (node && misspelt ? "" : styles.plain) : ""}>
        {node && called_ae_title && called_ae_title !== title && (
          <WrongTitle node={node} caller={calling_ae_title} called={called_ae_title} own={title} />
        )}
        {!node && isForeign(address) && (
          <Button small onClick={onAdd}>
            Add this node
          </Button>
        )}
        <Ignore who={{ calling_ae_title, called_ae_title, address }} ignored={ignored} decide={decide} />
      </footer>
    </Card>
  );
}

/** A program on this computer is let in without an entry; one would only say where it is. */
export function isForeign(address: string): boolean {
  return !(address.startsWith("127.") || address === "::1");
}
