/** Lists of nodes of this and other programs: taken over from a file or a text, and given away as one. */
import { Modal, Select, Textarea } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Download, FileUp } from "lucide-react";
import { useRef, useState } from "react";
import { change, get } from "@/api/http";
import type { FindingWords, NodeListIn, NodeListOut, NodesImported } from "@/api/words";
import { counted } from "@/base/text";
import { Button } from "@/parts/button";
import { Copy } from "@/parts/copy";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import styles from "./form.module.css";
import { refresh } from "./neighbourhood";

export type Format = NodeListOut["format"];

/** How each is called by those who use it, and the name of its file. */
export const FORMATS: Readonly<Record<Format, { readonly words: string; readonly file: string }>> = {
  toml: { words: "Isocenter, TOML", file: "nodes.toml" },
  csv: { words: "Table, CSV", file: "nodes.csv" },
  conquest: { words: "Conquest, acrnema.map", file: "acrnema.map" },
  orthanc: { words: "Orthanc, DicomModalities", file: "orthanc.json" },
  dcmqrscp: { words: "DCMTK, HostTable", file: "dcmqrscp.cfg" },
};

const CHOICES = Object.entries(FORMATS).map(([value, { words }]) => ({ value, label: words }));

export function ImportDialog({ asText, onClose }: { readonly asText: boolean; readonly onClose: () => void }) {
  const queries = useQueryClient();
  const picker = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [fileName, setFileName] = useState("");
  const [format, setFormat] = useState<string>("");
  const [error, setError] = useState<unknown>();
  const [done, setDone] = useState<NodesImported>();
  const read = async (file: File | undefined) => {
    if (!file) return;
    setText(await file.text());
    setFileName(file.name);
  };
  const take = async () => {
    setError(undefined);
    try {
      const wanted: NodeListIn = { text, file_name: fileName, ...(format ? { format: format as Format } : {}) };
      setDone(await change<NodesImported>("POST", "/api/node-lists", wanted));
      await refresh(queries);
    } catch (found) {
      setError(found);
    }
  };
  return (
    <Modal opened onClose={onClose} title="Take over a list of nodes" centered size={600}>
      <div className={styles.form}>
        {done ? (
          <Taken done={done} />
        ) : (
          <>
            <p className={styles.hint}>
              A list of Conquest, Orthanc, DCMTK or another Isocenter, or a table. Nodes of the same names are replaced; a line that
              cannot be taken never loses the others.
            </p>
            <div className={styles.pick}>
              <Button icon={<FileUp />} data-autofocus={!asText || undefined} onClick={() => picker.current?.click()}>
                Choose a file…
              </Button>
              <bdi>{fileName}</bdi>
              <input
                ref={picker}
                type="file"
                hidden
                aria-label="List of nodes"
                onChange={(event) => void read(event.currentTarget.files?.[0])}
              />
            </div>
            <Textarea
              label="or its text"
              data-autofocus={asText || undefined}
              rows={8}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              classNames={{ input: styles.mono ?? "" }}
              placeholder={"CT2  10.0.0.21  104  un"}
            />
            <Select
              label="Format"
              data={[{ value: "", label: "told by the file or the text" }, ...CHOICES]}
              value={format}
              onChange={(value) => setFormat(value ?? "")}
              allowDeselect={false}
            />
          </>
        )}
        {error !== undefined && <Fault tried="Nothing was taken over" error={error} />}
        <div className={styles.actions}>
          <Button onClick={onClose}>{done ? "Close" : "Cancel"}</Button>
          {!done && (
            <Button kind="primary" disabled={!text.trim()} onClick={() => void take()}>
              Take over
            </Button>
          )}
        </div>
      </div>
    </Modal>
  );
}

function Taken({ done }: { readonly done: NodesImported }) {
  return (
    <>
      <p role="status" className={styles.finding}>
        <Lamp state={done.nodes.length ? "good" : "bad"} /> {counted(done.nodes.length, "node")} added or replaced.
      </p>
      <Findings findings={done.findings} />
    </>
  );
}

function Findings({ findings }: { readonly findings: readonly FindingWords[] }) {
  return (
    <ul className={styles.lines}>
      {findings.map((finding) => (
        <li key={`${finding.line} ${finding.sentence}`} className={styles.finding}>
          <Lamp state={finding.fault ? "bad" : "partly"} />
          <span>
            {finding.line > 0 && `Line ${finding.line}${finding.fault ? ", left out" : ""}: `}
            <bdi>{finding.sentence}</bdi>
          </span>
        </li>
      ))}
    </ul>
  );
}

export function ExportDialog({ format, onClose }: { readonly format: Format; readonly onClose: () => void }) {
  const { words, file } = FORMATS[format];
  const list = useQuery({
    queryKey: ["network", "list", format],
    queryFn: ({ signal }) => get<NodeListOut>(`/api/node-lists/${format}`, undefined, signal),
    gcTime: 0,
  });
  const text = list.data?.text ?? "";
  const save = () => {
    const place = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    const link = document.createElement("a");
    link.href = place;
    link.download = file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(place), 1000);
  };
  return (
    <Modal opened onClose={onClose} title={words} centered size={600}>
      <div className={styles.form}>
        {list.error && <Fault tried="The list could not be written" error={list.error} again={() => void list.refetch()} />}
        {list.data && (
          <>
            <div className={styles.listed}>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
              <pre className="mono" tabIndex={0}>
                {text}
              </pre>
              <Copy text={text} what="the list" />
            </div>
            <Findings findings={list.data.findings} />
          </>
        )}
        <div className={styles.actions}>
          <Button onClick={onClose}>Close</Button>
          <Button kind="primary" data-autofocus icon={<Download />} disabled={!list.data} onClick={save}>
            Save {file}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
