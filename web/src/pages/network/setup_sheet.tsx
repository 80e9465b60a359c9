/** What the person at the other device needs, on one sheet: to be printed, copied, or carried there by a telephone. */
import { Modal } from "@mantine/core";
import { Printer } from "lucide-react";
import type { DeviceWords } from "@/api/words";
import { Button } from "@/parts/button";
import { Copy } from "@/parts/copy";
import styles from "./form.module.css";
import { lines, oneLine } from "./other_side";
import { qrCode } from "./qr";

interface Props {
  readonly device: DeviceWords;
  readonly onClose: () => void;
}

/** The three things that the other side has to enter, one a line. */
export function essentials(device: DeviceWords): string {
  const address = device.addresses[0]?.address ?? "127.0.0.1";
  return `AE title ${device.ae_title}\nAddress ${address}\nPort ${device.port}`;
}

export function SetupSheet({ device, onClose }: Props) {
  const address = device.addresses[0]?.address ?? "127.0.0.1";
  const rows = [
    ["AE title", device.ae_title],
    ["Address", device.addresses.map((one) => one.address).join("\n") || address],
    ["Port", String(device.port)],
    ["TLS", "off"],
    ["Offers", "C-ECHO, C-STORE, C-FIND, C-MOVE, C-GET"],
  ] as const;
  const products = lines({ title: device.ae_title, address, port: device.port });
  const text = [
    ...rows.map(([name, value]) => `${name}: ${value.replaceAll("\n", ", ")}`),
    "",
    ...products.map((line) => `${line.product}: ${oneLine(line.text)}`),
  ].join("\n");
  const print = () => {
    const page = document.documentElement;
    page.dataset.print = "sheet";
    window.addEventListener("afterprint", () => delete page.dataset.print, { once: true });
    window.print();
  };
  return (
    <Modal opened onClose={onClose} title="Setup sheet" centered size={560}>
      <div className={styles.form}>
        <div className={styles.sheet}>
          <dl>
            {rows.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd className="mono">{value}</dd>
              </div>
            ))}
          </dl>
          <Code text={essentials(device)} width={132} />
        </div>
        {products.map((line) => (
          <p key={line.product} className={styles.product}>
            {line.product}
            <code>{oneLine(line.text)}</code>
          </p>
        ))}
        <p className={styles.hint}>
          The other device has to be in the list of this one as well: send its AE title, address and port back. Then C-ECHO from
          both sides.
        </p>
        <div className={`${styles.actions} ${styles.unprinted}`}>
          <Copy text={text} what="the sheet" />
          <Button onClick={onClose}>Close</Button>
          <Button kind="primary" icon={<Printer />} onClick={print} data-autofocus>
            Print…
          </Button>
        </div>
      </div>
    </Modal>
  );
}

export function QrDialog({ device, onClose }: Props) {
  const text = essentials(device);
  return (
    <Modal opened onClose={onClose} title="For a telephone" centered size={360}>
      <div className={`${styles.form} ${styles.code}`}>
        <Code text={text} width={280} />
        <pre className="mono">{text}</pre>
        <p className={styles.hint}>The code holds these words and nothing else. Nobody is called by it.</p>
      </div>
    </Modal>
  );
}

function Code({ text, width }: { readonly text: string; readonly width: number }) {
  const modules = qrCode(text);
  if (!modules) return null;
  const size = modules.length + 8;
  const path = modules.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + 4} ${y + 4}h1v1h-1z` : ""))).join("");
  return (
    <svg width={width} height={width} viewBox={`0 0 ${size} ${size}`} role="img" aria-label="QR code with title, address and port">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  );
}
