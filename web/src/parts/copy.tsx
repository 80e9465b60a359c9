/** Copies a text, and says that it has. */
import { Check, Copy as CopyIcon } from "lucide-react";
import { useState } from "react";
import { IconButton } from "./button";

const SAID_MS = 1500;

/** `copied` for a moment after `copy`. */
export function useCopy(text: string): { readonly copied: boolean; readonly copy: () => Promise<void> } {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), SAID_MS);
  };
  return { copied, copy };
}

export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const { copied, copy } = useCopy(text);
  return (
    <IconButton label={copied ? "Copied" : `Copy ${what}`} onClick={copy}>
      {copied ? <Check /> : <CopyIcon />}
    </IconButton>
  );
}
