/** This device as others see it: title, port, addresses, whom it serves, and whether anybody has reached it. */
import type { ReactNode } from "react";
import type { DeviceWords } from "@/api/words";
import { ago, counted } from "@/base/text";
import { Button } from "@/parts/button";
import { Copy } from "@/parts/copy";
import { Dimse } from "@/parts/dimse";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import { Term } from "@/parts/term";
import { recently } from "./clock";
import styles from "./side.module.css";

interface Props {
  readonly device: DeviceWords | undefined;
  readonly error: unknown;
  readonly now: Date;
  readonly onChange: () => void;
}

export function ThisDevice({ device, error, now, onChange }: Props) {
  return (
    <section aria-labelledby="this-device">
      <header className={styles.heading}>
        <h2 id="this-device">This device</h2>
        <Button small onClick={onChange} disabled={!device}>
          Change
        </Button>
      </header>
      {error !== null && <Fault tried="This device could not be described" error={error} />}
      {device ? <Facts device={device} now={now} /> : <div className={styles.waiting} style={{ height: 204 }} />}
    </section>
  );
}

function Facts({ device, now }: { readonly device: DeviceWords; readonly now: Date }) {
  return (
    <>
      <dl className={styles.facts}>
        <Fact name={<Term word="AE title" />} text={device.ae_title} what="the AE title" />
        <Fact name="Port" text={String(device.port)} what="the port" />
        {device.addresses.map((one, place) => (
          <Fact
            key={one.address}
            name={place === 0 ? "Address" : ""}
            text={one.address}
            behind={[one.interface, one.nodes ? counted(one.nodes, "node") : ""].filter(Boolean).join(", ")}
            what={`the address ${one.address}`}
          />
        ))}
        {device.addresses.length === 0 && <Plain name="Address" text="none in a network; 127.0.0.1 for this computer" />}
        <Plain name="TLS" text="Off" />
        <Plain name="Strangers" text={<Strangers policy={device.policy} />} />
      </dl>
      <p className={styles.reached} title={device.policy_sentence}>
        <Lamp state={device.latest_call ? "good" : "listening"} />
        <span>
          Listening since {recently(new Date(device.listening_since), now)}.{" "}
          {device.latest_call ? (
            <>
              Reached from outside by{" "}
              <bdi className="mono">{device.latest_call.calling_ae_title || device.latest_call.address}</bdi>{" "}
              {ago(new Date(device.latest_call.moment), now)}.
            </>
          ) : (
            "Nobody has called from outside yet."
          )}
        </span>
      </p>
    </>
  );
}

interface FactProps {
  readonly name: ReactNode;
  readonly text: string;
  readonly behind?: string;
  readonly what: string;
}

function Fact({ name, text, behind, what }: FactProps) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>
        <bdi className="mono">{text}</bdi>
        {behind && <small>{behind}</small>}
        <Copy text={text} what={what} />
      </dd>
    </div>
  );
}

/** What the policy leaves to those who are not in the list (`nodes/policy`). */
function Strangers({ policy }: { readonly policy: string }) {
  if (policy === "open") return <span>may do everything</span>;
  return (
    <span>
      may <Dimse name="C-ECHO" />, nothing else
    </span>
  );
}

function Plain({ name, text }: { readonly name: string; readonly text: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </div>
  );
}
