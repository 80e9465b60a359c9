/** The narrow rail at the left: where one can go, and the eye that masks names on every page. */
import { Activity, Eye, EyeOff, HardDrive, Images, Monitor, Network, Search, Stethoscope } from "lucide-react";
import type { ComponentType } from "react";
import { NavLink } from "react-router";
import { useNeighbours } from "@/api/neighbours";
import { useStatus } from "@/api/status";
import { usePrivacy } from "@/model/privacy";
import { useOpenViewer } from "./open_studies";
import styles from "./rail.module.css";

interface Place {
  readonly to: string;
  readonly words: string;
  readonly Icon: ComponentType<{ "aria-hidden"?: boolean | "true" | "false" }>;
}

const PLACES: readonly Place[] = [
  { to: "/", words: "Studies", Icon: Images },
  { to: "/viewer", words: "Viewer", Icon: Monitor },
  { to: "/query", words: "Query", Icon: Search },
  { to: "/network", words: "Network", Icon: Network },
  { to: "/connections", words: "Connections", Icon: Stethoscope },
  { to: "/activity", words: "Activity", Icon: Activity },
  { to: "/maintenance", words: "Maintenance", Icon: HardDrive },
];

export function Rail({ narrow }: { readonly narrow: boolean }) {
  const viewer = useOpenViewer((now) => now.address);
  const names = usePrivacy();
  const technician = useStatus()?.technician ?? false;
  const shown = names.names && !technician;
  const silent = useNeighbours()?.silent ?? 0;
  return (
    <nav aria-label="Pages" className={narrow ? `${styles.rail} ${styles.narrow}` : styles.rail}>
      <svg className={styles.logo} viewBox="0 0 24 24" aria-hidden="true">
        <circle cx="12" cy="12" r="7.5" />
        <path d="M12 1.5v6M12 16.5v6M1.5 12h6M16.5 12h6" />
        <circle cx="12" cy="12" r="1.5" className={styles.centre} />
      </svg>
      <ul>
        {PLACES.filter((place) => place.to !== "/viewer" || viewer).map(({ to, words, Icon }) => (
          <li key={to}>
            <NavLink to={to === "/viewer" ? viewer : to} end={to === "/"} className={`${styles.item}`} title={words}>
              <Icon aria-hidden="true" />
              {to === "/network" && silent > 0 && <i className={styles.mark} aria-hidden="true" />}
              <span>{words}</span>
            </NavLink>
          </li>
        ))}
      </ul>
      <button
        type="button"
        className={`${styles.item} ${styles.last}`}
        aria-pressed={!shown}
        onClick={names.toggle}
        disabled={technician}
        title={technician ? "Technician mode: the archive tells nobody who the patients are" : "Show or mask names"}
      >
        {shown ? <Eye aria-hidden="true" /> : <EyeOff aria-hidden="true" />}
        <span>{technician ? "Technician" : shown ? "Names on" : "Names off"}</span>
      </button>
    </nav>
  );
}
