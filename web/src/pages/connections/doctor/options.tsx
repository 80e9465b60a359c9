/** As what and how a node is tested: role, class of the test image, TLS, and what may be done although it may disturb. */
import { Checkbox, Popover, Select, Switch, Textarea } from "@mantine/core";
import { ChevronDown } from "lucide-react";
import { Button } from "@/parts/button";
import { Term } from "@/parts/term";
import { CLASSES } from "./classes";
import { CONSENTS, type ConsentName, type How } from "./how";
import type { Role } from "./layers";
import styles from "./options.module.css";
import { RoleChoice } from "./role_choice";

interface Props {
  readonly role: Role;
  readonly how: How;
  readonly onRole: (role: Role) => void;
  readonly onHow: (how: How) => void;
}

const ROLE_WORDS: Readonly<Record<Role, string>> = {
  archive: "It stores, is searched and sends back: all layers.",
  modality: "A scanner sends to us and is not called: only whether it is there.",
  workstation: "It takes images.",
  printer: "Its status; nothing is printed.",
};

export function Options({ role, how, onRole, onHow }: Props) {
  return (
    <Popover position="bottom-end" width={360} trapFocus returnFocus>
      <Popover.Target>
        <Button small>
          tested as {role}
          {how.secured && ", TLS"}
          <ChevronDown aria-hidden="true" />
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={styles.options} aria-label="How it is tested">
        <RoleChoice legend="What it is to us" role={role} words={ROLE_WORDS} onRole={onRole} />
        {(role === "archive" || role === "workstation") && (
          <Select
            label={
              <>
                What the device will send (<Term word="SOP class" />)
              </>
            }
            data={CLASSES.map(([value, label]) => ({ value, label }))}
            value={how.classUid}
            onChange={(classUid) => classUid && onHow({ ...how, classUid })}
            allowDeselect={false}
            comboboxProps={{ withinPortal: false }}
            maxDropdownHeight={220}
          />
        )}
        <Security how={how} onHow={onHow} />
        <fieldset className={styles.consents}>
          <legend>It may</legend>
          {CONSENTS.filter(({ name }) => name !== "store" || role === "archive" || role === "workstation").map((one) => (
            <Checkbox
              key={one.name}
              size="xs"
              label={one.words}
              description={one.sentence}
              checked={how.consent.has(one.name)}
              onChange={(event) => onHow({ ...how, consent: toggled(how.consent, one.name, event.currentTarget.checked) })}
            />
          ))}
        </fieldset>
      </Popover.Dropdown>
    </Popover>
  );
}

function toggled(before: ReadonlySet<ConsentName>, name: ConsentName, on: boolean): ReadonlySet<ConsentName> {
  const after = new Set(before);
  if (on) after.add(name);
  else after.delete(name);
  return after;
}

function Security({ how, onHow }: { readonly how: How; readonly onHow: (how: How) => void }) {
  return (
    <div className={styles.security}>
      <Switch
        size="xs"
        label={<Term word="TLS">Over TLS</Term>}
        checked={how.secured}
        onChange={(event) => onHow({ ...how, secured: event.currentTarget.checked })}
      />
      {how.secured && (
        <>
          <Switch
            size="xs"
            label="Its certificate has to name the host"
            checked={how.checkHost}
            onChange={(event) => onHow({ ...how, checkHost: event.currentTarget.checked })}
          />
          <Textarea
            label="Certificate of its authority (PEM), if this computer does not trust it"
            placeholder="-----BEGIN CERTIFICATE-----"
            value={how.authority}
            onChange={(event) => onHow({ ...how, authority: event.currentTarget.value })}
            minRows={2}
            maxRows={4}
            autosize
          />
          <p>
            If it wants a certificate of this device: <code>tls/certificate.pem</code> and <code>tls/key.pem</code> in the data
            folder.
          </p>
        </>
      )}
    </div>
  );
}
