/** What can be done with a picture, at the place of a right click: the tools and turns that have no button of their own, with their keys. */

import { Menu } from "@mantine/core";
import { type Action, actionOf, keyWords } from "./actions";
import { closePictureMenu, usePictureMenu } from "./picture_menu_state";
import { PresetItems } from "./preset_menu";
import { useViewer } from "./state";
import styles from "./tool_bar.module.css";

const LOOKS = ["fit", "actual-size", "full", "rotate", "flip-horizontal", "flip-vertical", "invert", "reset"];
const TOOLS = ["magnify", "cobb"];
const SHOWN = ["texts", "lines", "link"];

export function PictureMenu() {
  const at = usePictureMenu((now) => now.at);
  if (!at) return null;
  return (
    <Menu opened onClose={closePictureMenu} position="bottom-start" offset={0}>
      <Menu.Target>
        <div style={{ position: "fixed", left: at.x, top: at.y, width: 1, height: 1 }} />
      </Menu.Target>
      <Menu.Dropdown className={styles.more}>
        {LOOKS.map((id) => (
          <Item key={id} action={actionOf(id)} />
        ))}
        <Menu.Divider />
        {[...TOOLS, ...SHOWN].map((id) => (
          <Item key={id} action={actionOf(id)} />
        ))}
        <Menu.Divider />
        <Menu.Label>Window</Menu.Label>
        <PresetItems />
      </Menu.Dropdown>
    </Menu>
  );
}

function Item({ action }: { readonly action: Action }) {
  const on = useViewer((now) => action.isOn?.(now) ?? false);
  const refusal = useViewer((now) => action.refusal?.(now) ?? "");
  return (
    <Menu.Item
      rightSection={<kbd>{keyWords(action.keys[0] ?? "")}</kbd>}
      disabled={refusal !== ""}
      aria-current={on || undefined}
      onClick={action.run}
    >
      {action.words}
    </Menu.Item>
  );
}
