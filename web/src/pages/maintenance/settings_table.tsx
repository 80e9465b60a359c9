/** The settings in force: what each is, where it came from, why it is there, and how it would be set. */
import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/http";
import type { SettingWords } from "@/api/words";
import { counted } from "@/base/text";
import { Copy } from "@/parts/copy";
import { EmptyState } from "@/parts/empty_state";
import { Fault } from "@/parts/fault";
import { SearchField } from "@/parts/search_field";
import { SectionHeading } from "@/parts/section";
import { useParameters } from "@/parts/use_parameters";
import styles from "./settings_table.module.css";

export function SettingsTable() {
  const { place, set } = useParameters();
  const asked = useQuery({
    queryKey: ["settings"],
    queryFn: ({ signal }) => get<readonly SettingWords[]>("/api/settings", undefined, signal),
  });
  const words = place.get("setting") ?? "";
  const all = asked.data ?? [];
  const shown = all.filter((one) => `${one.name} ${one.why} ${one.source}`.toLowerCase().includes(words.trim().toLowerCase()));
  const own = all.filter((one) => one.source).length;
  return (
    <section className={styles.pane} aria-label="Settings">
      <SectionHeading title="Settings in force" count={asked.data && `${counted(own, "setting")} not as shipped`}>
        <SearchField
          small
          className={styles.search ?? ""}
          label="Search the settings"
          placeholder="Name, what it does"
          value={words}
          onChange={(setting) => set({ setting })}
        />
      </SectionHeading>
      {asked.error ? (
        <Fault tried="The settings could not be read" error={asked.error} again={() => void asked.refetch()} />
      ) : shown.length === 0 && asked.data ? (
        <EmptyState title="No setting says that" />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <section className={styles.rows} tabIndex={0} aria-label="All settings" aria-busy={asked.isPending}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th className={styles.name}>Setting</th>
                <th className={styles.value}>Value</th>
                <th className={styles.from}>From</th>
                <th>What it does</th>
                <th className={styles.set}>To set it</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((one) => (
                <Row key={one.name} one={one} />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}

function Row({ one }: { readonly one: SettingWords }) {
  const changed = one.value !== one.default;
  return (
    <tr>
      <td className={`${styles.name} mono`}>{one.name}</td>
      <td className={styles.value}>
        <bdi className={typeof one.value === "boolean" ? undefined : "mono"}>{words(one.value)}</bdi>
        {changed && <span className={styles.default}>shipped as {words(one.default)}</span>}
      </td>
      <td className={one.source ? styles.from : styles.shipped} title={one.source || undefined}>
        <bdi>{one.source || "as shipped"}</bdi>
      </td>
      <td className={styles.why}>{one.why}</td>
      <td className={styles.set}>
        <span>
          <code title={`or the variable ${one.environment}, or ${one.name} in isocenter.toml`}>{one.flag || one.environment}</code>
          <Copy text={one.flag || one.environment} what={`the ${one.flag ? "flag" : "variable"} of ${one.name}`} />
        </span>
      </td>
    </tr>
  );
}

function words(value: SettingWords["value"]): string {
  if (value === true) return "on";
  if (value === false) return "off";
  return value === "" ? "none" : String(value);
}
