/** Keeps a checkup as a report: who made it, for which order, and where it can be looked at then. */
import { Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import { change } from "@/api/http";
import type { ReportState, ReportWanted } from "@/api/words";
import { Button } from "@/parts/button";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import styles from "./report_form.module.css";

const KEY = "isocenter.technician";

type Written = Required<Omit<ReportWanted, "checkup">>;

export function ReportForm({ token }: { readonly token: string }) {
  const queries = useQueryClient();
  const [written, setWritten] = useState<Written>(remembered);
  const [kept, setKept] = useState<ReportState>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const set = (part: Partial<Written>) => setWritten((now) => ({ ...now, ...part }));
  const keep = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      setKept(await change<ReportState>("POST", "/api/reports", { checkup: token, ...written } satisfies ReportWanted));
      localStorage.setItem(KEY, JSON.stringify({ technician: written.technician, site: written.site }));
      await queries.invalidateQueries({ queryKey: ["reports"] });
    } catch (found) {
      setError(found);
    } finally {
      setBusy(false);
    }
  };
  if (kept) {
    return (
      <p className={styles.kept} role="status">
        <Lamp state="good" /> The report is kept.{" "}
        <Link to={`/connections?view=reports&report=${encodeURIComponent(kept.token)}`}>Look at it</Link>
        <a href={`/api/reports/${encodeURIComponent(kept.token)}/document?form=pdf`} target="_blank" rel="noreferrer">
          As PDF
        </a>
      </p>
    );
  }
  return (
    <form className={styles.form} onSubmit={(event) => void keep(event)}>
      <div className={styles.pair}>
        <TextInput
          label="Technician"
          value={written.technician}
          onChange={(event) => set({ technician: event.currentTarget.value })}
          data-autofocus
        />
        <TextInput
          label="Work order"
          value={written.work_order}
          onChange={(event) => set({ work_order: event.currentTarget.value })}
        />
      </div>
      <TextInput label="Site" value={written.site} onChange={(event) => set({ site: event.currentTarget.value })} />
      <Textarea
        label="Remark"
        value={written.remark}
        onChange={(event) => set({ remark: event.currentTarget.value })}
        autosize
        minRows={2}
        maxRows={6}
      />
      {error !== undefined && <Fault tried="The report was not kept" error={error} />}
      <p>
        <Button kind="primary" type="submit" disabled={busy}>
          Save report
        </Button>
      </p>
    </form>
  );
}

/** Who wrote the last one: the next is mostly by the same hand, in the same place. */
function remembered(): Written {
  const empty: Written = { technician: "", work_order: "", site: "", remark: "" };
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    if (typeof found !== "object" || found === null) return empty;
    const text = (name: "technician" | "site") => {
      const value: unknown = (found as Record<string, unknown>)[name];
      return typeof value === "string" ? value : "";
    };
    return { ...empty, technician: text("technician"), site: text("site") };
  } catch {
    return empty;
  }
}
