import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const STYLES = join(import.meta.dirname, "../../node_modules/@mantine/core/styles");
/** What other parts are made of. */
const INNER = new Set(
  "CloseButton FloatingIndicator InlineInput Input ModalBase Overlay Paper Pill PillsInput VisuallyHidden".split(
    " ",
  ),
);

const listed = [
  ...readFileSync(join(import.meta.dirname, "mantine.css"), "utf8").matchAll(/(\w+)\.layer/g),
]
  .map((found) => found[1] ?? "")
  .filter((name) => /^[A-Z]/.test(name));

const sources = import.meta.glob<string>("../**/*.tsx", {
  eager: true,
  import: "default",
  query: "?raw",
});
const used = new Set(
  Object.values(sources).flatMap((text) =>
    [...text.matchAll(/import \{([^}]*)\} from "@mantine\/core"/g)].flatMap((found) =>
      (found[1] ?? "").split(",").map((name) => name.trim()),
    ),
  ),
);

const styled = (name: string) =>
  statSync(join(STYLES, `${name}.layer.css`), { throwIfNoEntry: false }) !== undefined;

describe("the styles of Mantine", () => {
  it("has a line for every part that is used", () => {
    expect([...used].filter((name) => styled(name) && !listed.includes(name))).toEqual([]);
  });

  it("has no line for what nobody uses", () => {
    expect(listed.filter((name) => !used.has(name) && !INNER.has(name))).toEqual([]);
  });
});
