/** Changes who this device is to the network, at once: title, port, whom it serves. What is under way goes on. */
import { Select, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { change } from "@/api/http";
import type { DeviceKept, DeviceWanted, DeviceWords } from "@/api/words";
import { Lamp } from "@/parts/lamp";
import styles from "./form.module.css";
import { refresh } from "./neighbourhood";
import { SettingsForm } from "./settings_form";

const POLICIES = [
  { value: "loopback", label: "Known nodes; programs on this computer may do everything" },
  { value: "strict", label: "Known nodes only, and only by this device's own title" },
  { value: "open", label: "Everybody may do everything" },
];

export function DeviceDialog({ device, onClose }: { readonly device: DeviceWords; readonly onClose: () => void }) {
  const queries = useQueryClient();
  const [title, setTitle] = useState(device.ae_title);
  const [port, setPort] = useState(String(device.port));
  const [policy, setPolicy] = useState(device.policy);
  const changes = title !== device.ae_title || Number(port) !== device.port;
  const save = async () => {
    const wanted: DeviceWanted = { ae_title: title, port: Number(port), policy: policy as "loopback" | "strict" | "open" };
    const kept = await change<DeviceKept>("PUT", "/api/device", wanted);
    await refresh(queries);
    return kept.notes;
  };
  return (
    <SettingsForm title="This device" size={480} save={save} onClose={onClose}>
      <div className={styles.pair}>
        <TextInput
          label="AE title"
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
          maxLength={16}
          classNames={{ input: styles.mono ?? "" }}
          data-autofocus
        />
        <TextInput
          label="Port"
          value={port}
          onChange={(event) => setPort(event.currentTarget.value)}
          inputMode="numeric"
          classNames={{ input: styles.mono ?? "" }}
        />
      </div>
      <Select
        label="Who may come in"
        data={POLICIES}
        value={policy}
        onChange={(value) => setPolicy(value ?? policy)}
        allowDeselect={false}
        checkIconPosition="right"
      />
      <p className={styles.hint}>
        {changes
          ? "Every device that calls this one has its title and port in its own list: it has to be changed there too. What is under way goes on."
          : "It takes effect at once, and is written to isocenter.toml in the data folder."}
      </p>
      {policy === "open" && (
        <p className={styles.finding}>
          <Lamp state="partly" /> Anybody who reaches this port may store, search and fetch. Not for patients' images.
        </p>
      )}
    </SettingsForm>
  );
}
