/**
 * The bar over the pictures: whose they are, the tools and switches, presets, layout, keys and panel.
 *
 * Below 1280 pixels what does not fit stands in the menu of the last icon; the chosen tool is always seen.
 */

import { Menu, Tooltip } from "@mantine/core";
import {
  ArrowLeft,
  Axis3d,
  ChevronDown,
  Circle,
  Contrast,
  Crosshair,
  DraftingCompass,
  Ellipsis,
  FlipHorizontal2,
  Grid2x2,
  Hand,
  ImageDown,
  Keyboard,
  Layers,
  Link,
  type LucideIcon,
  PanelRight,
  Pipette,
  Play,
  Printer,
  RotateCw,
  Ruler,
  Square,
  SquareStack,
  Star,
  SunMoon,
  TriangleRight,
  Undo2,
  ZoomIn,
} from "lucide-react";
import { Link as Address } from "react-router";
import type { Attributes } from "@/model/images";
import { PersonName } from "@/parts/person_name";
import { type Action, actionOf, keyWords, orderOf } from "./actions";
import { arrange } from "./cells";
import { personName, studyWords } from "./corner_texts";
import { chooseSlab } from "./cutting";
import { columnsOf, LAYOUTS, type LayoutName, layoutWords, rowsOf } from "./layouts";
import { useKeyImages } from "./measure/key_images";
import { PresetItems } from "./preset_menu";
import { change, type Slab, useViewer } from "./state";
import styles from "./tool_bar.module.css";

interface Tool {
  readonly id: string;
  readonly Icon: LucideIcon;
  /** Stands in the menu of the last icon on small screens. */
  readonly wide?: boolean;
  readonly kind: "tool" | "switch" | "act";
}

const GROUPS: readonly (readonly Tool[])[] = [
  [
    { id: "window", Icon: Contrast, kind: "tool" },
    { id: "pan", Icon: Hand, kind: "tool" },
    { id: "zoom", Icon: ZoomIn, kind: "tool" },
    { id: "scroll", Icon: Layers, kind: "tool" },
  ],
  [
    { id: "length", Icon: Ruler, kind: "tool" },
    { id: "angle", Icon: DraftingCompass, kind: "tool" },
    { id: "ellipse", Icon: Circle, kind: "tool" },
    { id: "rectangle", Icon: Square, kind: "tool", wide: true },
    { id: "probe", Icon: Pipette, kind: "tool" },
  ],
  [
    { id: "crosshair", Icon: Crosshair, kind: "switch", wide: true },
    { id: "mpr", Icon: Axis3d, kind: "switch" },
    { id: "slab", Icon: SquareStack, kind: "switch", wide: true },
  ],
  [
    { id: "cine", Icon: Play, kind: "switch" },
    { id: "link", Icon: Link, kind: "switch" },
    { id: "rotate", Icon: RotateCw, kind: "act", wide: true },
    { id: "flip-vertical", Icon: FlipHorizontal2, kind: "act", wide: true },
    { id: "invert", Icon: SunMoon, kind: "act", wide: true },
    { id: "reset", Icon: Undo2, kind: "act" },
  ],
  [
    { id: "key-image", Icon: Star, kind: "switch", wide: true },
    { id: "save-picture", Icon: ImageDown, kind: "act", wide: true },
    { id: "print", Icon: Printer, kind: "act", wide: true },
  ],
];

/** Tools without an icon of their own: chosen by key or in the menu, shown here while they are. */
const OTHER_TOOLS: Readonly<Record<string, LucideIcon>> = { cobb: TriangleRight, magnify: ZoomIn };

export function ToolBar({ onKeys }: { readonly onKeys: () => void }) {
  const tool = useViewer((now) => now.tool);
  const Other = OTHER_TOOLS[tool];
  return (
    <header className={styles.bar}>
      <Whose />
      <div className={styles.tools} role="toolbar" aria-label="Tools">
        {GROUPS.map((group, place) => (
          <div key={group[0]?.id} className={styles.group}>
            {group.map((each) => (each.id === "slab" ? <SlabMenu key="slab" /> : <ToolButton key={each.id} tool={each} />))}
            {place === 1 && Other && <ToolButton tool={{ id: tool, Icon: Other, kind: "tool" }} />}
          </div>
        ))}
        <MoreMenu />
      </div>
      <div className={styles.right}>
        <PresetMenu />
        <LayoutMenu />
        <Tooltip label={<Tip words="All keys" keyName="?" />}>
          <button type="button" className={styles.tool} aria-label="All keys" aria-keyshortcuts="?" onClick={onKeys}>
            <Keyboard aria-hidden="true" />
          </button>
        </Tooltip>
        <ToolButton tool={{ id: "panel", Icon: PanelRight, kind: "switch", wide: true }} />
      </div>
    </header>
  );
}

/** Whose pictures these are, and the way back to the studies. */
function Whose() {
  const attributes = useViewer((now) => now.about);
  return (
    <div className={styles.whose}>
      <Address to="/" className={styles.back} aria-label="Back to the studies" title="Back to the studies">
        <ArrowLeft aria-hidden="true" />
      </Address>
      <div className={styles.names}>
        <h1>{attributes ? <PersonName name={personName(attributes)} /> : "Viewer"}</h1>
        <StudyLine attributes={attributes} />
      </div>
    </div>
  );
}

/** The description gives way, the date never does. */
function StudyLine({ attributes }: { readonly attributes: Attributes | undefined }) {
  const { description, when } = attributes ? studyWords(attributes) : { description: "", when: "\u00a0" };
  return (
    <p className={styles.study}>
      {description && <bdi>{description}</bdi>}
      <span>{description && when ? `, ${when}` : when}</span>
    </p>
  );
}

function Tip({ words, keyName }: { readonly words: string; readonly keyName?: string | undefined }) {
  return (
    <span className={styles.tip}>
      {words}
      {keyName && <kbd>{keyName}</kbd>}
    </span>
  );
}

/** What an action needs to be drawn as a button: kept apart, so that a button is drawn again only when its own state changes. */
function useAction(action: Action): { on: boolean; refusal: string } {
  useKeyImages((now) => now.ours);
  const on = useViewer((now) => action.isOn?.(now) ?? false);
  const refusal = useViewer((now) => action.refusal?.(now) ?? "");
  return { on, refusal };
}

function ToolButton({ tool }: { readonly tool: Tool }) {
  const action = actionOf(tool.id);
  const { on, refusal } = useAction(action);
  const key = keyWords(action.keys[0] ?? "");
  const isChosen = tool.kind === "tool" && on;
  const names = [
    styles.tool,
    tool.wide && !isChosen && styles.wide,
    isChosen && styles.chosen,
    tool.kind === "switch" && on && styles.on,
  ];
  return (
    <Tooltip
      label={<Tip words={refusal || action.words} keyName={refusal ? undefined : key} />}
      multiline={refusal !== ""}
      maw={280}
    >
      <button
        type="button"
        className={names.filter(Boolean).join(" ")}
        aria-label={action.words}
        aria-pressed={action.isOn ? on : undefined}
        aria-disabled={refusal !== "" || undefined}
        aria-keyshortcuts={action.keys[0]?.replace("Ctrl", "Control")}
        onClick={() => refusal || action.run()}
      >
        <tool.Icon aria-hidden="true" />
        {isChosen && (
          <>
            <span>{action.words}</span>
            <kbd>{key}</kbd>
          </>
        )}
      </button>
    </Tooltip>
  );
}

const SLABS: readonly Slab[] = [
  { millimetres: 5, mode: "max" },
  { millimetres: 10, mode: "max" },
  { millimetres: 20, mode: "max" },
  { millimetres: 40, mode: "max" },
  { millimetres: 10, mode: "min" },
  { millimetres: 5, mode: "mean" },
  { millimetres: 10, mode: "mean" },
];
const MODE_WORDS = { max: "brightest (MIP)", min: "darkest (MinIP)", mean: "mean" } as const;

export const slabWords = (slab: Slab) => `${slab.millimetres} mm, ${MODE_WORDS[slab.mode]}`;

function SlabItems() {
  const slab = useViewer((now) => now.cutting?.slab);
  const choose = (wanted: Slab | undefined) => change((now) => chooseSlab(now, wanted));
  return (
    <>
      <Menu.Label>Thickness of the cuts</Menu.Label>
      <Menu.Item onClick={() => choose(undefined)} aria-current={slab === undefined}>
        As thin as the volume
      </Menu.Item>
      {SLABS.map((each) => (
        <Menu.Item
          key={slabWords(each)}
          onClick={() => choose(each)}
          aria-current={slab?.mode === each.mode && slab.millimetres === each.millimetres}
        >
          {slabWords(each)}
        </Menu.Item>
      ))}
    </>
  );
}

function SlabMenu() {
  const cutting = useViewer((now) => now.cutting);
  const tip = cutting ? "Thick cuts (MIP)" : "Thick cuts need the three planes (MPR).";
  const names = [styles.tool, styles.wide, cutting?.slab && styles.on];
  return (
    <Menu position="bottom-start" disabled={!cutting}>
      <Menu.Target>
        <Tooltip label={tip}>
          <button
            type="button"
            className={names.filter(Boolean).join(" ")}
            aria-label="Thick cuts (MIP)"
            aria-pressed={cutting?.slab !== undefined}
            aria-disabled={!cutting || undefined}
          >
            <SquareStack aria-hidden="true" />
          </button>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <SlabItems />
      </Menu.Dropdown>
    </Menu>
  );
}

function PresetMenu() {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <button type="button" className={`${styles.choice} ${styles.wide}`}>
          Preset
          <ChevronDown aria-hidden="true" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <PresetItems />
      </Menu.Dropdown>
    </Menu>
  );
}

function LayoutMenu() {
  const layout = useViewer((now) => now.layout);
  const choose = (wanted: LayoutName) => change((now) => arrange(now, wanted, orderOf(now)));
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <button type="button" className={styles.choice} aria-label={`Layout, now ${layoutWords(layout)}`}>
          <Grid2x2 aria-hidden="true" className={styles.wideIcon} />
          <span>{layoutWords(layout)}</span>
          <ChevronDown aria-hidden="true" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {LAYOUTS.map((each) => (
          <Menu.Item
            key={each}
            onClick={() => choose(each)}
            aria-current={each === layout}
            leftSection={<LayoutPicture layout={each} />}
          >
            {layoutWords(each)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function LayoutPicture({ layout }: { readonly layout: LayoutName }) {
  const [rows, columns] = [rowsOf(layout), columnsOf(layout)];
  const cells = Array.from({ length: rows * columns }, (_, place) => ({
    x: ((place % columns) * 16) / columns + 0.5,
    y: (Math.floor(place / columns) * 16) / rows + 0.5,
  }));
  return (
    <svg width="18" height="18" viewBox="0 0 17 17" aria-hidden="true" className={styles.layoutPicture}>
      {cells.map(({ x, y }) => (
        <rect key={`${x} ${y}`} x={x} y={y} width={16 / columns} height={16 / rows} />
      ))}
    </svg>
  );
}

/** What does not fit on a small screen. */
function MoreMenu() {
  const cutting = useViewer((now) => now.cutting);
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <button type="button" className={`${styles.tool} ${styles.narrow}`} aria-label="More tools" title="More tools">
          <Ellipsis aria-hidden="true" />
        </button>
      </Menu.Target>
      <Menu.Dropdown className={styles.more}>
        {GROUPS.flat()
          .filter((tool) => tool.wide && tool.id !== "slab")
          .map((tool) => (
            <MoreItem key={tool.id} tool={tool} />
          ))}
        {cutting && <SlabItems />}
        <Menu.Label>Window</Menu.Label>
        <PresetItems />
      </Menu.Dropdown>
    </Menu>
  );
}

function MoreItem({ tool }: { readonly tool: Tool }) {
  const action = actionOf(tool.id);
  const { on, refusal } = useAction(action);
  return (
    <Menu.Item
      leftSection={<tool.Icon aria-hidden="true" />}
      rightSection={<kbd>{keyWords(action.keys[0] ?? "")}</kbd>}
      disabled={refusal !== ""}
      aria-current={on || undefined}
      onClick={action.run}
    >
      {action.words}
    </Menu.Item>
  );
}
