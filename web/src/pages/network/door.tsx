/** Who is at the door and was not let in, the latest first: what they wanted, the likely mistake, and what to do about it. */
import { useState } from "react";
import { useConnected } from "@/api/live";
import type { DoorCaller, DoorConnection, Door as DoorWords, Ignoring, Tolerated as ToleratedWords } from "@/api/words";
import { count } from "@/base/text";
import { Button } from "@/parts/button";
import { Dimse } from "@/parts/dimse";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import { isNear } from "@/parts/letters";
import { Spelled } from "@/parts/spelled";
import styles from "./door.module.css";
import { Card, Ignore, Reason } from "./door_card";
import { isForeign, Tolerated } from "./door_tolerated";
import { useDoor, useIgnore } from "./neighbourhood";
import { WrongTitle } from "./wrong_title";

interface Props {
  readonly title: string;
  readonly now: Date;
  readonly onAdd: (caller: { readonly calling_ae_title: string; readonly address: string }) => void;
  /** Open a node's entry with what the caller has instead: its address, or its title. */
  readonly onMove: (caller: DoorCaller) => void;
}

type Knock = { readonly last: string } & (
  | { readonly caller: DoorCaller; readonly connection?: never; readonly tolerated?: never }
  | { readonly connection: DoorConnection; readonly caller?: never; readonly tolerated?: never }
  | { readonly tolerated: ToleratedWords; readonly caller?: never; readonly connection?: never }
);

/** Callers, those let in whom strict would refuse, and mere connections in one row, the latest first. */
function knocks(door: DoorWords | undefined, ignored: boolean): readonly Knock[] {
  const all: Knock[] = [
    ...(door?.callers ?? []).filter((one) => one.ignored === ignored).map((caller) => ({ last: caller.last, caller })),
    ...(door?.connections ?? [])
      .filter((one) => one.ignored === ignored)
      .map((connection) => ({ last: connection.last, connection })),
    ...(door?.tolerated ?? [])
      .filter((one) => one.ignored === ignored && (one.node !== "" || isForeign(one.address)))
      .map((tolerated) => ({ last: tolerated.last, tolerated })),
  ];
  return all.sort((one, other) => new Date(other.last).getTime() - new Date(one.last).getTime());
}

export function Door(props: Props) {
  const { now } = props;
  const door = useDoor();
  const ignore = useIgnore();
  const connected = useConnected();
  const [error, setError] = useState<unknown>();
  const [showsIgnored, setShowsIgnored] = useState(false);
  const shown = knocks(door.data, false);
  const ignored = knocks(door.data, true);
  const today = shown.filter((knock) => new Date(knock.last).toDateString() === now.toDateString()).length;
  const decide = (wanted: Ignoring) => ignore(wanted).then(() => setError(undefined), setError);
  const card = (knock: Knock) =>
    knock.caller ? (
      <Caller key={keyOf(knock)} {...props} caller={knock.caller} decide={decide} />
    ) : knock.tolerated ? (
      <Tolerated
        key={keyOf(knock)}
        one={knock.tolerated}
        title={props.title}
        now={now}
        onAdd={() => knock.tolerated && props.onAdd(knock.tolerated)}
        decide={decide}
      />
    ) : (
      <Connection key={keyOf(knock)} now={now} connection={knock.connection} decide={decide} />
    );
  return (
    <section className={styles.door} aria-labelledby="door">
      <header className={styles.heading}>
        <h2 id="door">Callers at the door</h2>
        <span>{count(today)} today</span>
        <span className={styles.live}>
          <Lamp state={connected ? "listening" : "bad"} /> {connected ? "live" : "not heard"}
        </span>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <section className={styles.cards} tabIndex={0} aria-label="Callers">
        {door.error && <Fault tried="The callers could not be listed" error={door.error} />}
        {error !== undefined && <Fault tried="It was not remembered" error={error} />}
        {shown.map(card)}
        {door.data && shown.length === 0 && (
          <p className={styles.nobody}>
            Nobody was turned away. Whoever calls and is not in the list appears here, with what it wanted.
          </p>
        )}
        {ignored.length > 0 && (
          <Button
            kind="quiet"
            small
            className={styles.ignored}
            aria-expanded={showsIgnored}
            onClick={() => setShowsIgnored(!showsIgnored)}
          >
            {showsIgnored ? "Hide" : "Show"} {count(ignored.length)} ignored
          </Button>
        )}
        {showsIgnored && ignored.map(card)}
      </section>
      <Strict door={door.data} />
    </section>
  );
}

/** Whom strict mode would have refused beside the callers above: nodes for the title that they called, programs here that are no nodes. */
function Strict({ door }: { readonly door: DoorWords | undefined }) {
  const nodes = door?.strict_would_refuse ?? [];
  const here = (door?.tolerated ?? []).filter((one) => one.node === "" && !isForeign(one.address));
  const programs = [...new Set(here.map((one) => one.calling_ae_title))];
  if (nodes.length + programs.length === 0) return null;
  return (
    <footer className={styles.foot}>
      <p>
        Strict mode would also have refused{" "}
        {nodes.length > 0 && (
          <>
            <Titles titles={nodes} />, for the title that they called{programs.length > 0 && ", and "}
          </>
        )}
        {programs.length > 0 && (
          <>
            <Titles titles={programs} />, on this computer and no known {programs.length === 1 ? "node" : "nodes"}
          </>
        )}
        .
      </p>
    </footer>
  );
}

function keyOf({ caller, tolerated, connection }: Knock): string {
  const one = caller ?? tolerated;
  if (!one) return `${connection?.address}\\${connection?.why}`;
  return [tolerated ? "in" : "out", one.calling_ae_title, one.called_ae_title, one.address].join("\\");
}

function Titles({ titles }: { readonly titles: readonly string[] }) {
  const named = titles.slice(0, 3);
  const rest = titles.length - named.length;
  return named.map((title, place) => (
    <span key={title}>
      {place > 0 && (place === named.length - 1 && !rest ? " and " : ", ")}
      <bdi className="mono">{title}</bdi>
      {place === named.length - 1 && rest > 0 && ` and ${rest} more`}
    </span>
  ));
}

function Caller({ caller, title, now, onAdd, onMove, decide }: Props & { caller: DoorCaller; decide: (wanted: Ignoring) => void }) {
  const { calling_ae_title, called_ae_title, address, ignored } = caller;
  const { wanted } = caller;
  const images = wanted.filter((name) => !name.startsWith("Verification"));
  const misspelt = called_ae_title !== title && isNear(called_ae_title, title);
  const answered = wanted.length > images.length && !caller.reason.startsWith("It called");
  return (
    <Card
      lamp={caller.node ? "bad" : "partly"}
      title={<bdi className="mono">{calling_ae_title || "(no title)"}</bdi>}
      last={caller.last}
      times={caller.count}
      now={now}
    >
      <p>
        {!caller.reason.includes(address) && (
          <>
            <bdi className="mono">{address}</bdi>.{" "}
          </>
        )}
        <Reason text={caller.reason} />
      </p>
      <p>
        Wanted{" "}
        {wanted.length > images.length && (
          <>
            <b>
              <Dimse name="C-ECHO" />
            </b>
            {answered ? " (answered)" : " (refused)"}
            {images.length > 0 && " and "}
          </>
        )}
        {images.length > 0 && (
          <>
            <b>{images[0]}</b>
            {images.length > 1 && ` and ${count(images.length - 1)} more`} (refused)
          </>
        )}
        {wanted.length === 0 && "nothing that has a name"}.{" "}
        {caller.implementation_version_name && (
          <>
            Implementation <bdi className="mono">{caller.implementation_version_name}</bdi>.
            {caller.implementation && caller.implementation !== caller.implementation_version_name && (
              <>
                {" "}
                The known one says <bdi className="mono">{caller.implementation}</bdi>.
              </>
            )}
          </>
        )}
      </p>
      {misspelt ? (
        <Spelled wrong={called_ae_title} right={title} said={["it called", "you are"]} />
      ) : (
        called_ae_title !== title && (
          <p>
            It called <bdi className="mono">{called_ae_title || "(no title)"}</bdi>, and this device is{" "}
            <bdi className="mono">{title}</bdi>.
          </p>
        )
      )}
      <footer>
        {caller.node && misspelt && caller.reason.startsWith("It called") ? (
          <WrongTitle node={caller.node} caller={calling_ae_title} called={called_ae_title} own={title} />
        ) : caller.node || caller.at ? (
          <Button small onClick={() => onMove(caller)}>
            {caller.node ? "Enter its new address" : "Enter its new title"}
          </Button>
        ) : (
          <Button small onClick={() => onAdd(caller)}>
            Add this node
          </Button>
        )}
        <Ignore who={{ calling_ae_title, called_ae_title, address }} ignored={ignored} decide={decide} />
      </footer>
    </Card>
  );
}

function Connection({ connection, now, decide }: { connection: DoorConnection; now: Date; decide: (wanted: Ignoring) => void }) {
  const { address, ignored } = connection;
  return (
    <Card
      lamp="unknown"
      title={connection.why.includes("not DICOM") ? "Not DICOM" : "Came and left"}
      last={connection.last}
      times={connection.count}
      now={now}
    >
      <p>
        <bdi className="mono">{address}</bdi>: <bdi>{connection.why}</bdi>.
      </p>
      <footer className={styles.plain}>
        <Ignore who={{ address }} ignored={ignored} decide={decide} words="Ignore this address" />
      </footer>
    </Card>
  );
}
