/** What can be done about a caller that has our title wrong: be that title for it, or tell its owner. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { get } from "@/api/http";
import { keepNode, pathOf } from "@/api/nodes";
import type { NodeWords } from "@/api/words";
import { Button } from "@/parts/button";
import { refresh, showChange } from "./neighbourhood";

interface Props {
  readonly node: string;
  readonly caller: string;
  readonly called: string;
  readonly own: string;
}

export function WrongTitle({ node, caller, called, own }: Props) {
  return (
    <>
      <AlsoAnswer node={node} called={called} />
      <AskToFix caller={caller} called={called} own={own} />
    </>
  );
}

/** This device is then called so by that node, and calls it so; everybody else knows it as before. */
function AlsoAnswer({ node, called }: Pick<Props, "node" | "called">) {
  const queries = useQueryClient();
  const [failed, setFailed] = useState("");
  const accept = async () => {
    try {
      const { name: _, ...entry } = await get<NodeWords>(`/api/nodes/${pathOf(node)}`);
      const kept = await keepNode(node, { ...entry, local_ae_title: called });
      showChange(queries, node, kept.node);
      await refresh(queries);
    } catch (error) {
      setFailed(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Button small onClick={() => void accept()} title={failed || `This device is ${called} to ${node} then, both ways`}>
      {failed ? (
        "It was not kept"
      ) : (
        <span>
          Also answer to <bdi>{called}</bdi>
        </span>
      )}
    </Button>
  );
}

/** Copies what to send to whoever looks after the caller. */
function AskToFix({ caller, called, own }: Omit<Props, "node">) {
  const [copied, setCopied] = useState(false);
  const words = `${caller} calls this archive ${called || "by no title"}. Its AE title is ${own}: please correct the called AE title on ${caller}.`;
  return (
    <Button
      small
      kind="quiet"
      title={words}
      onClick={() => {
        void navigator.clipboard.writeText(words).then(() => setCopied(true));
      }}
    >
      {copied ? "Copied" : "Ask them to fix"}
    </Button>
  );
}
