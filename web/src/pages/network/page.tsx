/**
 * Network: this device and what to tell the other side, the nodes and how they stand, who is at the door.
 *
 * The chosen node and the open form are in the address (`node`, `form`); everything is asked again when the house says that it changed.
 */
import { Menu } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { ChevronDown, FileText, Plus, QrCode } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { change } from "@/api/http";
import { canBeCalled, pathOf, useNodes } from "@/api/nodes";
import type { NodeWords } from "@/api/words";
import { Button } from "@/parts/button";
import { Confirm } from "@/parts/confirm";
import { EmptyState } from "@/parts/empty_state";
import { Fault } from "@/parts/fault";
import { PageBar } from "@/parts/page_bar";
import { offer } from "@/parts/palette";
import { useParameters } from "@/parts/use_parameters";
import { DeviceDialog } from "./device_dialog";
import { Door } from "./door";
import { type Called, copyOf, type Draft, draftOf, draftOfCaller, EMPTY } from "./draft";
import { ExportDialog, FORMATS, type Format, ImportDialog } from "./list_dialogs";
import { showChange, useDevice, useEcho, useNews, useNow, useStates } from "./neighbourhood";
import { NetworkTabs } from "./network_tabs";
import { NodeForm } from "./node_form";
import { NodeStory } from "./node_story";
import { NodeTable } from "./node_table";
import styles from "./page.module.css";
import { QrDialog, SetupSheet } from "./setup_sheet";
import { Tell } from "./tell";
import { ThisDevice } from "./this_device";

const NONE: readonly NodeWords[] = [];

const Company = lazy(() => import("./company/view"));
const Heartbeat = lazy(() => import("./heartbeat/view"));

/** The tab that the address names. */
export default function Page() {
  const view = useSearchParams()[0].get("view") ?? "";
  if (view === "company" || view === "heartbeat") {
    const Room = view === "company" ? Company : Heartbeat;
    return (
      <Suspense fallback={<PageBar title="Network" tabs={<NetworkTabs />} />}>
        <Room />
      </Suspense>
    );
  }
  return <Nodes />;
}

function Nodes() {
  useNews();
  const now = useNow();
  const device = useDevice();
  const nodes = useNodes();
  const states = useStates();
  const { asking, error: echoError, echo } = useEcho();
  const { chosen, choose, form, open } = usePlace();
  const [caller, setCaller] = useState<Called>();
  // also when the form is left by the browser's own way back
  useEffect(() => {
    if (!form) setCaller(undefined);
  }, [form]);
  const list = nodes.data ?? NONE;
  const byName = useMemo(() => new Map((states.data?.nodes ?? []).map((state) => [state.name, state])), [states.data]);
  const node = list.find((one) => one.name === chosen) ?? firstWorth(list, byName);
  const name = node?.name ?? "";
  const callable = list.filter(canBeCalled).map((one) => one.name);
  useCommands(list, choose, open, () => void echo(callable));
  const kept = (kept: string) => {
    open("", kept);
    void echo(list.some((one) => one.name === kept && !canBeCalled(one)) ? [] : [kept]);
  };
  return (
    <>
      <PageBar
        title="Network"
        tabs={<NetworkTabs />}
        actions={<Actions open={open} busy={asking.size > 0} onEchoAll={() => void echo(callable)} any={callable.length > 0} />}
      />
      <div className={styles.page}>
        <section className={styles.side} aria-label="This device and what to tell">
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
          <div className={styles.scrolling} tabIndex={0}>
            <ThisDevice device={device.data} error={device.error} now={now} onChange={() => open("device")} />
            <Tell device={device.data} />
          </div>
          <footer className={styles.foot}>
            <Button icon={<FileText />} disabled={!device.data} onClick={() => open("sheet")}>
              Setup sheet
            </Button>
            <Button icon={<QrCode />} disabled={!device.data} onClick={() => open("code")}>
              QR code
            </Button>
          </footer>
        </section>
        <div className={styles.main}>
          {nodes.error && <Fault tried="The nodes could not be listed" error={nodes.error} again={() => void nodes.refetch()} />}
          {echoError !== undefined && <Fault tried="Not every node could be asked" error={echoError} />}
          {nodes.data && list.length === 0 && <Nobody open={open} />}
          {nodes.isPending && <div className={styles.waiting} />}
          {list.length > 0 && (
            <NodeTable
              nodes={list}
              states={byName}
              asking={asking}
              chosen={name}
              now={now}
              onChoose={choose}
              onEdit={(one) => open("edit", one)}
              onEcho={(one) => void echo(callable.includes(one) ? [one] : [])}
              onForget={(one) => open("forget", one)}
            />
          )}
          {node && (
            <NodeStory
              key={name}
              node={node}
              title={device.data?.ae_title ?? ""}
              asking={asking.has(name)}
              now={now}
              onEcho={() => void echo([name])}
              onEdit={() => open("edit", name)}
              onDuplicate={() => open("duplicate", name)}
              onForget={() => open("forget", name)}
            />
          )}
        </div>
        <div className={styles.door}>
          <Door
            title={device.data?.ae_title ?? ""}
            now={now}
            onAdd={(one) => {
              setCaller(one);
              open("add");
            }}
            onMove={(one) => {
              setCaller(one);
              open("edit", one.node || one.at);
            }}
          />
        </div>
      </div>
      {form === "device" && device.data && <DeviceDialog device={device.data} onClose={() => open("")} />}
      {form === "sheet" && device.data && <SetupSheet device={device.data} onClose={() => open("")} />}
      {form === "code" && device.data && <QrDialog device={device.data} onClose={() => open("")} />}
      {form.startsWith("import") && <ImportDialog asText={form === "import-text"} onClose={() => open("")} />}
      {form in FORMATS && <ExportDialog format={form as Format} onClose={() => open("")} />}
      {form === "forget" && node && <Forget node={node} onClose={() => open("")} />}
      <Form form={form} node={node} caller={caller} onKept={kept} onClose={() => open("")} />
    </>
  );
}

/** The chosen node and the open form, as the address has them. */
function usePlace() {
  const { place, set } = useParameters();
  return {
    chosen: place.get("node") ?? "",
    form: place.get("form") ?? "",
    choose: (node: string) => set({ form: "", node }),
    open: (form: string, node?: string) => set(node ? { form, node } : { form }, form !== ""),
  };
}

/** Without a choice: the first node that does not answer, else the first. */
function firstWorth(nodes: readonly NodeWords[], states: ReadonlyMap<string, { readonly verdict: string }>): NodeWords | undefined {
  const silent = (node: NodeWords) => /^(silent|port|refuses)/.test(states.get(node.name)?.verdict ?? "");
  return nodes.find(silent) ?? nodes[0];
}

interface ActionsProps {
  readonly open: (form: string) => void;
  readonly busy: boolean;
  readonly any: boolean;
  readonly onEchoAll: () => void;
}

function Actions({ open, busy, any, onEchoAll }: ActionsProps) {
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button>
            Import
            <ChevronDown aria-hidden="true" />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => open("import")}>A list in a file…</Menu.Item>
          <Menu.Item onClick={() => open("import-text")}>A list as text…</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button>
            Export
            <ChevronDown aria-hidden="true" />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {Object.entries(FORMATS).map(([format, { words }]) => (
            <Menu.Item key={format} onClick={() => open(format)}>
              {words}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Button onClick={onEchoAll} disabled={busy || !any}>
        Echo all
      </Button>
      <Button icon={<Plus />} onClick={() => open("add")}>
        Add node
      </Button>
    </>
  );
}

function Nobody({ open }: { readonly open: (form: string) => void }) {
  return (
    <div className={styles.nobody}>
      <EmptyState title="No node is known yet">
        <p>
          A node is a device that this archive knows: a scanner, a workstation, another archive. It can then store here, search, and
          be sent to.
        </p>
        <p className={styles.ways}>
          <Button kind="primary" icon={<Plus />} onClick={() => open("add")}>
            Add node
          </Button>
          <Button onClick={() => open("import")}>Import a list…</Button>
        </p>
        <p>Or point a device here: when it calls, it appears among the callers, with a button to add it.</p>
      </EmptyState>
    </div>
  );
}

interface FormProps {
  readonly form: string;
  readonly node: NodeWords | undefined;
  readonly caller: Called | undefined;
  readonly onKept: (name: string) => void;
  readonly onClose: () => void;
}

function Form({ form, node, caller, onKept, onClose }: FormProps) {
  const shared = { onKept, onClose };
  if (form === "add") {
    const draft: Draft = caller ? draftOfCaller(caller) : EMPTY;
    return <NodeForm title={caller ? `Add ${caller.calling_ae_title}` : "Add a node"} was="" draft={draft} {...shared} />;
  }
  if (form === "edit" && node)
    return <NodeForm key={node.name} title={`Edit ${node.name}`} was={node.name} draft={draftOf(node, caller)} {...shared} />;
  if (form === "duplicate" && node)
    return <NodeForm title={`Another one like ${node.name}`} was="" draft={copyOf(node)} {...shared} />;
  return null;
}

function Forget({ node, onClose }: { readonly node: NodeWords; readonly onClose: () => void }) {
  const queries = useQueryClient();
  return (
    <Confirm
      question={`Forget ${node.name}?`}
      act={`Forget ${node.name}`}
      onAct={async () => {
        await change("DELETE", `/api/nodes/${pathOf(node.name)}`);
        showChange(queries, node.name);
      }}
      onClose={onClose}
    >
      <p>
        <bdi className="mono">{node.ae_title}</bdi> at <bdi className="mono">{node.host}</bdi> will be a stranger: it can no longer
        store, search or be sent to. The images that it sent stay.
      </p>
    </Confirm>
  );
}

/** What the palette can do here. */
function useCommands(
  nodes: readonly NodeWords[],
  choose: (name: string) => void,
  open: (form: string) => void,
  echoAll: () => void,
): void {
  const latest = useRef({ choose, open, echoAll });
  useEffect(() => {
    latest.current = { choose, open, echoAll };
  });
  useEffect(
    () =>
      offer("network", [
        { id: "add", words: "Add a node", group: "Action", run: () => latest.current.open("add") },
        { id: "echo", words: "C-ECHO all nodes", group: "Action", run: () => latest.current.echoAll() },
        { id: "import", words: "Import a list of nodes", group: "Action", run: () => latest.current.open("import") },
        { id: "device", words: "Change this device's title or port", group: "Action", run: () => latest.current.open("device") },
        ...nodes.map((node) => ({
          id: node.name,
          words: `${node.name} ${node.ae_title}`,
          group: "Node",
          run: () => latest.current.choose(node.name),
        })),
      ]),
    [nodes],
  );
}
