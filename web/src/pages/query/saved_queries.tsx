/** The menu of saved queries: search again with one click, save what is in the fields, forget one. */
import { Menu, Modal } from "@mantine/core";
import { X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Button, IconButton } from "@/parts/button";
import { loadSaved, type Saved, store, withSaved } from "./saved";
import styles from "./saved_queries.module.css";
import why from "./why.module.css";

interface Props {
  /** The parameters of the address of what is in the fields now; empty where there is nothing to save. */
  readonly address: string;
  readonly onSearch: (address: string) => void;
}

export function SavedQueries({ address, onSearch }: Props) {
  const [all, setAll] = useState(loadSaved);
  const [isNaming, setNaming] = useState(false);
  const keep = (next: readonly Saved[]) => {
    store(next);
    setAll([...next]);
  };
  return (
    <>
      <Menu position="bottom-end" offset={4} width={280}>
        <Menu.Target>
          <Button aria-haspopup="menu">Saved queries</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {all.length === 0 && <Menu.Label>None is saved in this browser yet.</Menu.Label>}
          {all.map((one) => (
            <div key={one.name} className={styles.row}>
              <Menu.Item onClick={() => onSearch(one.address)}>
                <bdi>{one.name}</bdi>
              </Menu.Item>
              <IconButton label={`Forget ${one.name}`} onClick={() => keep(all.filter((other) => other !== one))}>
                <X />
              </IconButton>
            </div>
          ))}
          <Menu.Divider />
          <Menu.Item disabled={!address} onClick={() => setNaming(true)}>
            Save this query…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isNaming && (
        <Naming
          onSave={(name) => {
            keep(withSaved(all, { name, address }));
            setNaming(false);
          }}
          onClose={() => setNaming(false)}
        />
      )}
    </>
  );
}

function Naming({ onSave, onClose }: { readonly onSave: (name: string) => void; readonly onClose: () => void }) {
  const [name, setName] = useState("");
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) onSave(name.trim());
  };
  return (
    <Modal opened onClose={onClose} title="Save this query" centered size={400}>
      <form onSubmit={save}>
        <label className={why.field}>
          Under which name
          <input data-autofocus maxLength={60} value={name} onChange={(event) => setName(event.target.value)} />
        </label>
        <div className={why.actions}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" disabled={!name.trim()}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  );
}
