/**
 * The inspector: every connection as a ladder of what crossed, in plain words. The connection and the message that are looked at are in
 * the address (`connection`, `message`); patients are masked until somebody asks for them.
 */
import { useState } from "react";
import { upload, withParameters } from "@/api/http";
import type { CaptureTold, RecordingsTold } from "@/api/words";
import { counted } from "@/base/text";
import { usePrivacy } from "@/model/privacy";
import { EmptyState } from "@/parts/empty_state";
import { Fault } from "@/parts/fault";
import { useParameters } from "@/parts/use_parameters";
import { ConnectionsBar } from "../bar";
import { Actions } from "./actions";
import { Ladder } from "./ladder";
import { List } from "./list";
import { Message } from "./message";
import { ProxyDialog } from "./proxy_dialog";
import styles from "./tab.module.css";
import { useAgain, useLadder, useMessage, useRecordings } from "./use_recordings";

export default function InspectorTab() {
  const place = usePlace();
  const [search, setSearch] = useState("");
  const [live, setLive] = useState(true);
  const [asked, setAsked] = useState(false);
  const [proxying, setProxying] = useState(false);
  const names = usePrivacy((now) => now.names) && asked;
  const list = useRecordings(search.trim(), live);
  const told = list.data;
  const first = useFirst(told);
  const token = place.token ?? first;
  const ladder = useLadder(token, live);
  const number = place.number ?? ladder.data?.rungs.find((rung) => rung.number > 0 && rung.kind === "message")?.number;
  const message = useMessage(token, number ?? ladder.data?.rungs.find((rung) => rung.number > 0)?.number, names);
  const again = useAgain();
  const brought = useImport(again, (found) => place.set({ connection: found.tokens[0] ?? "", message: "" }));
  return (
    <>
      <ConnectionsBar
        actions={
          <Actions
            names={names}
            token={token}
            kept={told?.kept ?? 0}
            proxies={told?.proxies.length ?? 0}
            onNames={() => setAsked(!asked)}
            onProxy={() => setProxying(true)}
            onImport={(file) => void brought.take(file)}
          />
        }
      />
      {list.error && <Fault tried="The connections could not be listed" error={list.error} again={() => void list.refetch()} />}
      {brought.error !== undefined && <Fault tried="The capture could not be read" error={brought.error} />}
      {brought.words && (
        <p role="status" className={styles.brought}>
          {brought.words}
        </p>
      )}
      <div className={styles.page}>
        <List
          told={told}
          chosen={token}
          search={search}
          live={live}
          onSearch={setSearch}
          onChoose={(connection) => place.set({ connection, message: "" })}
          onLive={() => setLive(!live)}
        />
        {ladder.data ? (
          <Ladder key={token} ladder={ladder.data} chosen={number} onChoose={(chosen) => place.set({ message: String(chosen) })} />
        ) : (
          <section className={styles.none} aria-label="The ladder" aria-busy={ladder.isLoading}>
            {ladder.error && <Fault tried="This connection cannot be shown" error={ladder.error} />}
            {told && !token && <EmptyState title="What two devices say to each other appears here, line by line" />}
          </section>
        )}
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
        <aside className={styles.detail} aria-label="The message" tabIndex={0}>
          {message.error && <Fault tried="This message cannot be shown" error={message.error} />}
          {message.data && token && <Message message={message.data} />}
        </aside>
      </div>
      {proxying && <ProxyDialog proxies={told?.proxies ?? []} onChanged={again} onClose={() => setProxying(false)} />}
    </>
  );
}

/** The connection that was the latest when the page was opened: what comes later does not take its place. */
function useFirst(told: RecordingsTold | undefined): string | undefined {
  const [first, setFirst] = useState<string>();
  const isThere = told?.recordings.some((one) => one.token === first);
  const latest = told?.recordings[0]?.token;
  if (told && !isThere && first !== latest) setFirst(latest);
  return isThere ? first : latest;
}

/** Which connection and message, from the address. */
function usePlace() {
  const { place, set } = useParameters();
  const number = Number(place.get("message"));
  return { token: place.get("connection") || undefined, number: number > 0 ? number : undefined, set };
}

/** A capture that is brought: what was found in it in words, or why it could not be read. */
function useImport(again: () => void, onFound: (found: CaptureTold) => void) {
  const [words, setWords] = useState("");
  const [error, setError] = useState<unknown>();
  const take = async (file: File) => {
    setError(undefined);
    setWords(`Reading ${file.name} …`);
    try {
      const type = "application/octet-stream";
      const found = await upload<CaptureTold>(withParameters("/api/inspector/import", { name: file.name }), file, type);
      const others = found.others ? `, ${counted(found.others, "connection")} of other protocols left out` : "";
      const what = found.tokens.length ? counted(found.tokens.length, "DICOM connection") : "No DICOM connection";
      setWords(`${file.name}: ${what} in ${counted(found.packets, "packet")}${others}. ${found.remark}`);
      again();
      if (found.tokens.length > 0) onFound(found);
    } catch (found) {
      setWords("");
      setError(found);
    }
  };
  return { words, error, take };
}
