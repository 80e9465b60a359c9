/** Changes who is told, at once. The password is written and never read. */
import { TextInput } from "@mantine/core";
import { useState } from "react";
import { change } from "@/api/http";
import type { AlertSettings, Alerts, AlertsWanted } from "@/api/words";
import form from "../form.module.css";
import { SettingsForm } from "../settings_form";

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
  const save = async () => {
    const wanted: AlertsWanted = {
      after: /^\d{1,4}$/.test(written.after.trim()) ? Number(written.after) : 0,
      webhook: written.webhook,
      mail_to: written.mail_to,
      mail_from: written.mail_from,
      mail_server: written.mail_server,
      mail_user: written.mail_user,
      ...(password === undefined ? {} : { mail_password: password }),
    };
    const kept = await change<Alerts>("PUT", "/api/alerts", wanted);
    onKept(kept);
    return kept.notes;
  };
  return (
    <SettingsForm title="Alerts" size={520} save={save} onClose={onClose}>
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
    </SettingsForm>
  );
}
