/** Changes who is told, at once. The password is written and never read. */
import { Modal, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { change } from "@/api/http";
import type { AlertSettings, Alerts, AlertsWanted } from "@/api/words";
import { Button } from "@/parts/button";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import form from "../form.module.css";

interface Props {
  readonly settings: AlertSettings;
  readonly onKept: (kept: Alerts) => void;
  readonly onClose: () => void;
}

const FIELDS = [
  ["webhook", "Webhook: a web address that gets a POST in JSON", "an address of your chat or ticket system"],
  ["mail_to", "E-mail to, by commas", "imaging@hospital.example"],
  ["mail_server", "Mail server", "smtp://mail:25 or smtps://mail:465"],
  ["mail_from", "From, if not the first of those", "pacs@hospital.example"],
  ["mail_user", "User, if it wants one; only over TLS", ""],
] as const;

export function AlertDialog({ settings, onKept, onClose }: Props) {
  const [written, setWritten] = useState({ ...settings, after: String(settings.after) });
  const [password, setPassword] = useState<string>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const [notes, setNotes] = useState<readonly string[]>([]);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    const wanted: AlertsWanted = {
      after: /^\d{1,4}$/.test(written.after.trim()) ? Number(written.after) : 0,
      webhook: written.webhook,
      mail_to: written.mail_to,
      mail_from: written.mail_from,
      mail_server: written.mail_server,
      mail_user: written.mail_user,
      ...(password === undefined ? {} : { mail_password: password }),
    };
    try {
      const kept = await change<Alerts>("PUT", "/api/alerts", wanted);
      onKept(kept);
      if (kept.notes.length === 0) onClose();
      setNotes(kept.notes);
    } catch (found) {
      setError(found);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title="Alerts" centered size={520}>
      <form className={form.form} onSubmit={save}>
        {FIELDS.map(([name, label, placeholder], place) => (
          <TextInput
            key={name}
            label={label}
            placeholder={placeholder}
            value={written[name]}
            onChange={(event) => {
              const { value } = event.currentTarget;
              setWritten((now) => ({ ...now, [name]: value }));
            }}
            classNames={{ input: form.mono ?? "" }}
            data-autofocus={place === 0 || undefined}
          />
        ))}
        <div className={form.half}>
          <TextInput
            label="Password"
            type="password"
            autoComplete="off"
            placeholder={settings.has_password ? "set, and not shown" : ""}
            value={password ?? ""}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <TextInput
            label="After so many unanswered echoes"
            value={written.after}
            onChange={(event) => {
              const { value } = event.currentTarget;
              setWritten((now) => ({ ...now, after: value }));
            }}
            inputMode="numeric"
            classNames={{ input: form.mono ?? "" }}
          />
        </div>
        <p className={form.hint}>
          It takes effect at once, and is written to isocenter.toml. Messages name nodes and addresses, never a patient.
        </p>
        {notes.map((note) => (
          <p key={note} className={form.finding} role="status">
            <Lamp state="partly" /> {note}
          </p>
        ))}
        {error !== undefined && <Fault tried="Nothing was changed" error={error} />}
        <div className={form.actions}>
          <Button onClick={onClose}>{notes.length ? "Close" : "Cancel"}</Button>
          {notes.length === 0 && (
            <Button kind="primary" type="submit" disabled={busy}>
              {busy ? "Changing" : "Change"}
            </Button>
          )}
        </div>
      </form>
    </Modal>
  );
}
