/** Mantine in our design language: warm neutrals, one indigo, lines instead of shadows. */
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

const indigo: MantineColorsTuple = [
  "#eceefb", "#d5d9f5", "#b3baec", "#8f99e2", "#6f7bd9",
  "#5463d1", "#3b4cca", "#3341b0", "#2a3693", "#1f2970",
]; // biome-ignore format: a row of shades

const warm: MantineColorsTuple = [
  "#fafaf8", "#f6f6f4", "#efeeea", "#e4e3df", "#cfcdc7",
  "#aeaba4", "#77736b", "#5d5a54", "#3a3834", "#1c1b19",
]; // biome-ignore format: a row of shades

const night: MantineColorsTuple = [
  "#f2f0ec", "#d6d3cd", "#a8a49c", "#8a867e", "#4a4743",
  "#33312e", "#242321", "#1d1c1b", "#141413", "#0d0d0c",
]; // biome-ignore format: a row of shades

/** The head of a dialogue is no banner: the page has its own. */
const HEADLESS = { header: { role: "none" } };

export const theme = createTheme({
  primaryColor: "indigo",
  primaryShade: 6,
  colors: { indigo, gray: warm, dark: night },
  fontFamily:
    '"Inter Variable", Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontSizes: { xs: "12.5px", sm: "14px", md: "14px", lg: "15px", xl: "18px" },
  lineHeights: { xs: "1.45", sm: "1.5", md: "1.5", lg: "1.5", xl: "1.35" },
  defaultRadius: 8,
  radius: { xs: "4px", sm: "6px", md: "8px", lg: "10px", xl: "12px" },
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "24px", xl: "32px" },
  headings: {
    fontWeight: "650",
    sizes: {
      h1: { fontSize: "22px", lineHeight: "1.25", fontWeight: "650" },
      h2: { fontSize: "15px", lineHeight: "1.35", fontWeight: "600" },
      h3: { fontSize: "14px", lineHeight: "1.4", fontWeight: "600" },
    },
  },
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Text: { defaultProps: { size: "sm" } },
    Button: { defaultProps: { h: 36, px: 16 } },
    // Hundreds of options wait for nobody: they are made when the list is opened.
    Combobox: { defaultProps: { keepMounted: false } },
    TextInput: { defaultProps: { size: "sm" } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
    Modal: {
      defaultProps: { centered: true, transitionProps: { duration: 120 }, attributes: HEADLESS },
      styles: { title: { fontSize: 15, fontWeight: 600 } },
    },
    Drawer: { defaultProps: { transitionProps: { duration: 120 }, attributes: HEADLESS } },
    Menu: { defaultProps: { transitionProps: { duration: 80 }, shadow: "md" } },
    Anchor: { defaultProps: { size: "sm", c: "var(--accent-ink)" } },
    Badge: { defaultProps: { tt: "none", fw: 600, variant: "light" } },
    Loader: { defaultProps: { type: "dots" } },
  },
});

const surfaces = {
  "--mantine-color-body": "var(--page)",
  "--mantine-color-text": "var(--ink)",
  "--mantine-color-dimmed": "var(--muted)",
  "--mantine-color-default": "var(--surface)",
  "--mantine-color-default-border": "var(--line)",
  "--mantine-color-default-hover": "var(--calm-soft)",
  "--mantine-color-error": "var(--bad)",
  "--mantine-color-placeholder": "var(--muted)",
  "--mantine-color-anchor": "var(--accent-ink)",
  "--mantine-color-yellow-light": "var(--warn-soft)",
  "--mantine-color-yellow-light-color": "var(--warn)",
  "--mantine-color-red-light": "var(--bad-soft)",
  "--mantine-color-red-light-color": "var(--bad)",
};

export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: surfaces,
  dark: surfaces,
});
