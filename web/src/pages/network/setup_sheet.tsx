/** What the person at the other device needs, on one sheet: to be printed, copied, or carried there by a telephone. */
import { Modal } from "@mantine/core";
import { Printer } from "lucide-react";
import type { DeviceWords } from "@/api/words";
import { Button } from "@/parts/button";
import { Copy } from "@/parts/copy";
import { QrPicture } from "@/parts/qr_picture";
import styles from "./form.module.css";
import { useOwnLines, usual } from "./own_lines";

interface Props {
  readonly device: DeviceWords;
  readonly onClose: () => void;
}

const QR_LABEL = "QR code with title, address and port";

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
  const products = usual(useOwnLines(device, address));
  const text = [
    ...rows.map(([name, value]) => `${name}: ${value.replaceAll("\n", ", ")}`),
    "",
    ...products.map((line) => `${line.product}, ${line.where}:\n${line.text}\n`),
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
          <QrPicture text={essentials(device)} width={132} label={QR_LABEL} />
        </div>
        {products.map((line) => (
          <p key={line.product} className={styles.product}>
            {line.product}, {line.where}
            <code>{line.text}</code>
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
        <QrPicture text={text} width={280} label={QR_LABEL} />
        <pre className="mono">{text}</pre>
        <p className={styles.hint}>The code holds these words and nothing else. Nobody is called by it.</p>
      </div>
    </Modal>
  );
}
