/** What the bar offers: whether patients are told, a proxy, captures in and out. */
import { Menu } from "@mantine/core";
import { ArrowLeftRight, Download, Eye, EyeOff, Upload } from "lucide-react";
import { useRef } from "react";
import { withParameters } from "@/api/http";
import { useStatus } from "@/api/status";
import { count } from "@/base/text";
import { usePrivacy } from "@/model/privacy";
import { Button } from "@/parts/button";
import styles from "./actions.module.css";

interface Props {
  readonly names: boolean;
  readonly token: string | undefined;
  readonly kept: number;
  readonly proxies: number;
  readonly onNames: () => void;
  readonly onProxy: () => void;
  readonly onImport: (file: File) => void;
}

const TECHNICIAN = "Technician mode: the archive tells nobody who the patients are.";

export function Actions({ names, token, kept, proxies, onNames, onProxy, onImport }: Props) {
  const file = useRef<HTMLInputElement>(null);
  const everywhere = usePrivacy((now) => now.names);
  const technician = useStatus()?.technician ?? false;
  const take = (event: React.ChangeEvent<HTMLInputElement>) => {
    const chosen = event.target.files?.[0];
    // so that the same file can be chosen again
    event.target.value = "";
    if (chosen) onImport(chosen);
  };
  return (
    <>
      <Button
        icon={names ? <Eye /> : <EyeOff />}
        aria-pressed={names}
        disabled={technician || !everywhere}
        onClick={onNames}
        title={technician ? TECHNICIAN : everywhere ? undefined : "Names are off on every page: the eye in the rail."}
      >
        <span className={styles.words}>{names ? "Names shown" : "Names masked"}</span>
      </Button>
      <Button onClick={onProxy} icon={<ArrowLeftRight className={styles.narrow} />}>
        <span className={styles.words}>{proxies ? `Proxy (${proxies})…` : "Proxy…"}</span>
      </Button>
      <Button onClick={() => file.current?.click()} icon={<Upload className={styles.narrow} />}>
        <span className={styles.words}>Import pcap</span>
      </Button>
      <input ref={file} type="file" accept=".pcap,.pcapng,.cap" hidden onChange={take} aria-label="Capture file to import" />
      <Menu position="bottom-end">
        <Menu.Target>
          <Button icon={<Download />} disabled={kept === 0}>
            <span className={styles.words}>Export pcapng</span>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{names ? "With patients' names" : "Patients written over with X"}</Menu.Label>
          <Menu.Item component="a" href={place(token, names)} download disabled={token === undefined}>
            This connection
          </Menu.Item>
          <Menu.Item component="a" href={place(undefined, names)} download>
            All {count(kept)} connections
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

function place(token: string | undefined, names: boolean): string {
  return withParameters("/api/inspector/export", { token, names: names || undefined });
}
