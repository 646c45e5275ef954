import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(`${import.meta.dirname}/tokens.css`, "utf8");

function tokens(selector: string): Record<string, string> {
  const block = css.slice(css.indexOf(selector)).split("}")[0] ?? "";
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map((m) => [m[1], m[2]]),
  );
}

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

describe.each([":root {", '[data-mantine-color-scheme="dark"] {'])("colours of %s", (selector) => {
  const found = tokens(selector);
  const grounds = ["page", "surface"];
  const texts = ["ink", "muted", "accent-ink", "good", "bad", "warn", "calm"];
  const channels = Object.keys(found).filter((name) => name.startsWith("channel-"));

  it("can be read on every ground", () => {
    for (const ground of grounds) {
      for (const text of [...texts, ...channels]) {
        const ratio = contrast(found[text] ?? "", found[ground] ?? "");
        expect(ratio, `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  it("can be read on their own soft ground", () => {
    for (const tone of ["good", "bad", "warn", "calm"]) {
      const ratio = contrast(found[tone] ?? "", found[`${tone}-soft`] ?? "");
      expect(ratio, tone).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(found["accent-ink"] ?? "", found["accent-soft"] ?? "")).toBeGreaterThan(4.5);
    expect(contrast("#ffffff", found.accent ?? "")).toBeGreaterThan(4.5);
  });
});
