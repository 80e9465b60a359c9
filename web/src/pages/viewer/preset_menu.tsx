/** The windows that the active picture is offered, by name: its file's, those of its modality, all its values. Keys 0 to 9 choose them. */

import { Menu } from "@mantine/core";
import { windowChoices } from "@/imaging/window";
import type { VoiChoice } from "@/model/images";
import { chooseWindow } from "./cells";
import { windowWords } from "./corner_texts";
import type { PictureSlot } from "./slots";
import { change, useViewer, type Viewer } from "./state";

export interface NumberedChoice extends VoiChoice {
  /** The digit that chooses it; empty where none is left. */
  readonly digit: string;
}

/** The windows of a picture with their digits: 0 for the file's, 1 to 8 for presets, 9 for all values. */
export function numberedChoices(slot: PictureSlot | undefined): readonly NumberedChoice[] {
  const { frame, pixels, picture, stack } = slot ?? {};
  const like = frame ?? stack?.frames[0];
  if (!like || pixels?.kind !== "grey") return [];
  let preset = 0;
  let ofFile = 0;
  return windowChoices(like, pixels, picture?.windows ?? []).map((choice) => {
    if (choice.source === "automatic") return { ...choice, digit: "9" };
    if (choice.source === "file") return { ...choice, digit: ofFile++ === 0 ? "0" : "" };
    preset += 1;
    return { ...choice, digit: preset < 9 ? String(preset) : "" };
  });
}

/** The change that a digit asks for. Narrower and wider stand in for the presets of CT where there are none. */
export function chooseByDigit(now: Viewer, digit: number) {
  const slot = now.shown.get(now.active);
  const choices = numberedChoices(slot);
  if (digit === 0) return chooseWindow(now, now.active, undefined);
  const choice = choices.find((each) => each.digit === String(digit));
  if (choice) return chooseWindow(now, now.active, choice.voi, choice.label);
  const voi = slot?.voi;
  if (!voi || choices.length === 0 || digit > 2) return {};
  const factor = digit === 1 ? 0.7 : 1.4;
  return chooseWindow(now, now.active, { ...voi, width: voi.width * factor });
}

export function PresetItems() {
  const slot = useViewer((now) => now.shown.get(now.active));
  const choices = numberedChoices(slot);
  if (choices.length === 0) return <Menu.Item disabled>This picture has no windows</Menu.Item>;
  return (
    <>
      {choices.map((choice, place) => (
        <Menu.Item
          key={`${choice.source} ${choice.label} ${place < 20 ? place : ""}`}
          rightSection={<Behind words={windowWords(choice.voi.center, choice.voi.width)} digit={choice.digit} />}
          onClick={() =>
            change((now) =>
              choice.source === "file" && choice.digit === "0"
                ? chooseWindow(now, now.active, undefined)
                : chooseWindow(now, now.active, choice.voi, choice.source === "automatic" ? "" : choice.label),
            )
          }
        >
          {choice.label}
        </Menu.Item>
      ))}
    </>
  );
}

function Behind({ words, digit }: { readonly words: string; readonly digit: string }) {
  return (
    <span style={{ display: "flex", gap: 12, color: "var(--caption)", fontSize: 11, paddingLeft: 24 }}>
      {words}
      <kbd style={{ width: 8, fontSize: 11 }}>{digit}</kbd>
    </span>
  );
}
