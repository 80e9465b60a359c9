/**
 * Who knows whom: a square of this device and all nodes. A row says whom one knows, a column who knows one; a pair that works one way
 * only is marked, since that is why a search works and retrieving does not. The chosen pair is explained beside it.
 */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { change, get } from "@/api/http";
import { useNodes } from "@/api/nodes";
import type { Acquaintances } from "@/api/words";
import { EmptyState } from "@/parts/empty_state";
import { Fault } from "@/parts/fault";
import { PageBar } from "@/parts/page_bar";
import frame from "../frame.module.css";
import { useDevice, useNews } from "../neighbourhood";
import { NetworkTabs } from "../network_tabs";
import styles from "./company.module.css";
import { Company, type Person, SHOWN_MAX, shown } from "./knowing";
import { Matrix } from "./matrix";
import { Pair } from "./pair";

const KEY = ["network", "company"] as const;

export default function View() {
  useNews();
  const queries = useQueryClient();
  const nodes = useNodes();
  const device = useDevice();
  const asked = useQuery({ queryKey: KEY, queryFn: ({ signal }) => get<Acquaintances>("/api/acquaintances", undefined, signal) });
  const company = useMemo(() => new Company(asked.data?.facts ?? []), [asked.data]);
  const people: readonly Person[] = useMemo(
    () => [
      { name: "", title: device.data?.ae_title ?? "" },
      ...(nodes.data ?? []).map((node) => ({ name: node.name, title: node.ae_title })),
    ],
    [nodes.data, device.data],
  );
  const [typed, setTyped] = useState("");
  const few = useMemo(() => shown(people, company, typed), [people, company, typed]);
  const { pair, choose } = usePair(people, company);
  const ask = async (path: "list" | "echo", node: string, entry?: string) => {
    const found = await change<Acquaintances>("POST", `/api/acquaintances/${path}`, entry ? { node, entry } : { node });
    queries.setQueryData(KEY, found);
  };
  return (
    <>
      <PageBar
        title="Network"
        tabs={<NetworkTabs />}
        actions={
          people.length > 8 && (
            <input
              className={styles.find}
              type="search"
              placeholder={people.length > SHOWN_MAX ? `${few.length} of ${people.length} shown` : "Find a node"}
              aria-label="Find a node"
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
          )
        }
      />
      <div className={`${frame.page} ${styles.page}`}>
        <div className={frame.main}>
          {asked.error && <Fault tried="It is not known who knows whom" error={asked.error} again={() => void asked.refetch()} />}
          {nodes.data?.length === 0 ? (
            <div className={frame.nobody}>
              <EmptyState title="No node is known yet">
                <p>With two devices in the list it is shown here which of them know each other.</p>
              </EmptyState>
            </div>
          ) : (
            asked.data && <Matrix people={few} company={company} pair={pair} onChoose={choose} />
          )}
        </div>
        <Pair pair={pair} company={company} nodes={nodes.data ?? []} lists={asked.data?.lists ?? []} onChoose={choose} ask={ask} />
      </div>
    </>
  );
}

/** The chosen pair, as the address has it; without a choice the first one-sided one, else us and the first node. */
function usePair(people: readonly Person[], company: Company) {
  const [place, setPlace] = useSearchParams();
  const [of, to] = [place.get("of"), place.get("to")];
  const isKnown = (name: string | null): name is string => name !== null && people.some((one) => one.name === name);
  const first = company.oneSided()[0];
  const fallback: readonly [string, string] = first ? [first.of, first.to] : ["", people[1]?.name ?? ""];
  const pair: readonly [string, string] = isKnown(of) && isKnown(to) ? [of, to] : fallback;
  const choose = (one: string, other: string) =>
    setPlace(
      (before) => {
        const after = new URLSearchParams(before);
        after.set("of", one);
        after.set("to", other);
        return after;
      },
      { replace: true },
    );
  return { pair, choose };
}
