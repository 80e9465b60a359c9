/** Titles and ports of this site: the next free AE title by its rule, and whether the port of this device is open from outside. */
import { Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { change, get } from "@/api/http";
import type { FreeTitle, PortAnswerWords, PortSeen } from "@/api/words";
import { Button } from "@/parts/button";
import { Card } from "@/parts/card";
import { Copy } from "@/parts/copy";
import { Fault } from "@/parts/fault";
import { Lamp, type LampState } from "@/parts/lamp";
import { Term } from "@/parts/term";
import { momentOf } from "../reports/report";
import styles from "./site.module.css";

export function Site() {
  return (
    <div className={styles.site}>
      <Titles />
      <Port />
    </div>
  );
}

/** What each word of a rule stands for. */
const WORDS: Readonly<Record<string, string>> = {
  SITE: "Site",
  DEPT: "Department",
  MOD: "Modality",
  ROOM: "Room",
};

const SUCH_AS: Readonly<Record<string, string>> = { SITE: "KH", DEPT: "RAD", MOD: "CT", ROOM: "2" };

function Titles() {
  const [written, setWritten] = useState<Readonly<Record<string, string>>>({});
  const { data, error } = useQuery({
    queryKey: ["free title", written],
    queryFn: ({ signal }) => get<FreeTitle>("/api/free-title", written, signal),
    placeholderData: (before) => before,
  });
  return (
    <Card title="The next free title" end={data?.rule ? `by the rule ${data.rule}` : ""}>
      <div className={styles.body}>
        {error && <Fault tried="No title could be proposed" error={error} />}
        {data && !data.rule && (
          <p>
            An <Term word="AE title" /> that two devices share sends images to the wrong one. Give the site a rule in the setting{" "}
            <code>naming_rule</code>, for example <code>SITE_DEPT_MOD_nn</code>, and the next free title is proposed here.
          </p>
        )}
        {data && data.asked.length > 0 && (
          <div className={styles.words}>
            {data.asked.map((word) => (
              <TextInput
                key={word}
                label={WORDS[word] ?? word}
                placeholder={SUCH_AS[word] ?? ""}
                value={written[word.toLowerCase()] ?? ""}
                onChange={(event) => {
                  const text = event.currentTarget.value;
                  setWritten((now) => ({ ...now, [word.toLowerCase()]: text }));
                }}
              />
            ))}
          </div>
        )}
        {data?.title ? (
          <p className={styles.title}>
            <bdi className="mono">{data.title}</bdi> <Copy text={data.title} what="the free title" />
          </p>
        ) : (
          data?.rule && <p className={styles.second}>{data.sentence}</p>
        )}
        {data && data.strays.length > 0 && (
          <p className={styles.second}>
            Not by the rule: <bdi className="mono">{data.strays.join(", ")}</bdi>
          </p>
        )}
      </div>
    </Card>
  );
}

function Port() {
  const [node, setNode] = useState<string | null>(null);
  const [answer, setAnswer] = useState<PortAnswerWords>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const seen = useQuery({
    queryKey: ["network", "port from outside"],
    queryFn: ({ signal }) => get<PortSeen>("/api/port-from-outside", undefined, signal),
  });
  const ask = async () => {
    if (!node) return;
    setBusy(true);
    setError(undefined);
    setAnswer(undefined);
    try {
      setAnswer(await change<PortAnswerWords>("POST", "/api/port-from-outside", { node }));
      await seen.refetch();
    } catch (found) {
      setError(found);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card title={seen.data ? `Is port ${seen.data.port} open from outside?` : "Is the port open from outside?"}>
      <div className={styles.body}>
        {seen.error && <Fault tried="It could not be looked up" error={seen.error} />}
        {seen.data && <Evidence seen={seen.data} />}
        {seen.data && seen.data.askable.length > 0 && (
          <>
            <p className={styles.second}>
              Only another computer can tell. An Orthanc that knows this device can be asked over its web interface to call it once
              by <Term word="C-ECHO" />; nothing is changed there.
            </p>
            <div className={styles.ask}>
              <Select
                aria-label="Which node to ask"
                placeholder="which node"
                data={[...seen.data.askable]}
                value={node}
                onChange={(name) => {
                  setNode(name);
                  setAnswer(undefined);
                }}
                searchable
              />
              <Button onClick={() => void ask()} disabled={!node || busy}>
                Have it call
              </Button>
            </div>
          </>
        )}
        {error !== undefined && <Fault tried="It was not asked" error={error} />}
        {answer && <Answer answer={answer} firewall={seen.data?.firewall ?? ""} />}
      </div>
    </Card>
  );
}

function Evidence({ seen }: { readonly seen: PortSeen }) {
  if (seen.reached.length === 0) {
    return (
      <p>
        <Lamp state="unknown" /> Nobody has reached it from another computer since this archive was started.
      </p>
    );
  }
  return (
    <ul className={styles.reached}>
      {seen.reached.map((one) => (
        <li key={one.address}>
          <Lamp state="good" /> <bdi>{one.who || "somebody"}</bdi> at <bdi className="mono">{one.address}</bdi>,{" "}
          {momentOf(one.moment)}
        </li>
      ))}
    </ul>
  );
}

function Answer({ answer, firewall }: { readonly answer: PortAnswerWords; readonly firewall: string }) {
  const lamp: LampState = answer.is_open === null ? "unknown" : answer.is_open ? "good" : "bad";
  return (
    <div role="status" className={styles.answer}>
      <p>
        <Lamp state={lamp} /> {answer.sentence}
      </p>
      {answer.next_step && <p className={styles.second}>{answer.next_step}</p>}
      {answer.is_open === false && firewall && (
        <p className={styles.title}>
          <code>{firewall}</code> <Copy text={firewall} what="the command for the firewall" />
        </p>
      )}
    </div>
  );
}
