/** Mantine in our tokens: its menus, modals, selects, tooltips and dates look like the rest. */
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

const accent: MantineColorsTuple = [
  "#e3f5ff",
  "#c9ebff",
  "#9bdcff",
  "#6fcdff",
  "#4cc2ff",
  "#2fb4f7",
  "#1aa3e6",
  "#0f8cc9",
  "#0573ad",
  "#045a88",
];

// what Mantine takes for text, borders, hovers, dropdowns and bodies, in our steps
const dark: MantineColorsTuple = [
  "#e6e9ee",
  "#c3c9d2",
  "#9aa3af",
  "#838c98",
  "#252a33",
  "#1a1e25",
  "#12151a",
  "#12151a",
  "#0b0d10",
  "#0b0d10",
];

export const theme = createTheme({
  fontFamily: "var(--font)",
  fontFamilyMonospace: "var(--mono)",
  fontSizes: { xs: "11px", sm: "13px", md: "13px", lg: "15px", xl: "18px" },
  lineHeights: { xs: "16px", sm: "20px", md: "20px", lg: "20px", xl: "24px" },
  radius: { xs: "4px", sm: "4px", md: "4px", lg: "4px", xl: "4px" },
  spacing: { xs: "4px", sm: "8px", md: "12px", lg: "16px", xl: "24px" },
  shadows: { xs: "none", sm: "none", md: "none", lg: "none", xl: "none" },
  colors: { accent, dark },
  primaryColor: "accent",
  primaryShade: 4,
  defaultRadius: "sm",
  focusRing: "auto",
  components: {
    Tooltip: { defaultProps: { openDelay: 400, withArrow: false, color: "var(--bg3)", fz: 12, c: "var(--t1)" } },
    Menu: { defaultProps: { shadow: "none", transitionProps: { duration: 0 } } },
    Modal: {
      defaultProps: {
        transitionProps: { duration: 0 },
        overlayProps: { backgroundOpacity: 0.6 },
        closeButtonProps: { "aria-label": "Close" },
      },
    },
    Popover: { defaultProps: { shadow: "none", transitionProps: { duration: 0 } } },
  },
});

const ours = {
  "--mantine-color-body": "var(--bg1)",
  "--mantine-color-text": "var(--t1)",
  "--mantine-color-dimmed": "var(--caption)",
  "--mantine-color-default": "var(--bg2)",
  "--mantine-color-default-hover": "var(--bg3)",
  "--mantine-color-default-border": "var(--bg3)",
  "--mantine-color-placeholder": "var(--caption)",
  "--mantine-color-error": "var(--bad)",
};

// in both schemes, since Mantine's own values of a scheme come before what stands for all
export const variables: CSSVariablesResolver = () => ({ variables: {}, light: ours, dark: ours });
