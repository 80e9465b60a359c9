/** What is entered on the other side, to be copied: a line for each product, seen from the network that the other side is in. */
import { Menu } from "@mantine/core";
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import type { DeviceWords } from "@/api/words";
import { Button } from "@/parts/button";
import { Snippet } from "@/parts/snippet";
import { useOwnLines, usual } from "./own_lines";
import { seenFrom } from "./seen_from";
import styles from "./side.module.css";

const HERE = { address: "127.0.0.1", interface: "this computer", network: "", nodes: 0 };

export function Tell({ device }: { readonly device: DeviceWords | undefined }) {
  const [chosen, setChosen] = useState("");
  const places = [...(device?.addresses ?? []), HERE];
  const place = places.find((one) => one.address === chosen) ?? places[0] ?? HERE;
  const lines = usual(useOwnLines(device, place.address));
  if (!device) return null;
  const said = (one: typeof HERE) => (one === HERE ? "this computer" : seenFrom(one.network, one.address));
  return (
    <section aria-labelledby="tell" className={styles.tell}>
      <header className={styles.heading}>
        <h2 id="tell">Tell the other side</h2>
        <Menu position="bottom-end">
          <Menu.Target>
            <Button small>
              seen from {said(place)}
              <ChevronDown aria-hidden="true" />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {places.map((one) => (
              <Menu.Item key={one.address} onClick={() => setChosen(one.address)}>
                {said(one)} <span className={styles.behind}>{one === HERE ? one.address : one.interface}</span>
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </header>
      {lines.map((line) => (
        <Line key={line.product} name={`${line.product}, ${line.where}`} text={line.text} sentence={line.mind} />
      ))}
      {device.firewall && place !== HERE && <Line name="Firewall of this computer" text={device.firewall} sentence="" />}
      <p className={styles.elsewhere}>
        <Link to="/connections?view=sheets">In the words of other products</Link>
      </p>
    </section>
  );
}

function Line({ name, text, sentence }: { readonly name: string; readonly text: string; readonly sentence: string }) {
  return (
    <figure className={styles.snippet}>
      <figcaption>{name}</figcaption>
      <Snippet small text={text} what={`the line for ${name}`} />
      {sentence && <p>{sentence}</p>}
    </figure>
  );
}
