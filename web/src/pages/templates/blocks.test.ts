import { expect, test } from "vitest";
import { type Block, blocksOf, fresh, KINDS, moved, sourceOf } from "./blocks";

const LETTER: Block[] = [
  { kind: "heading", text: "{{ person.first_name | vocative }}, вітаємо!" },
  { kind: "text", text: "**Tea & jam** < 5\nfor [us](https://shop.example/a?b=1&c=2) {% if a < 3 %}x{% endif %}" },
  { kind: "image", src: "https://shop.example/a.png", alt: 'A "pot"', href: "" },
  { kind: "button", text: "Look", href: "{{ products[facts.left].url }}" },
  { kind: "product", id: "facts.looked_at", label: "Show me" },
  { kind: "product", id: "'p7'", label: "" },
  { kind: "spacer", height: 24 },
  { kind: "divider" },
  { kind: "code", source: "<mj-raw><!-- ours --></mj-raw>" },
]; // biome-ignore format: a row each

test("blocks come back as they were written", () => {
  expect(blocksOf(sourceOf(LETTER))).toEqual(LETTER);
  expect(blocksOf(sourceOf([]))).toEqual([]);
});

test("a block of every kind can be begun and comes back", () => {
  const begun = KINDS.map(fresh);
  expect(blocksOf(sourceOf(begun))).toEqual(begun);
});

test("what was written by hand stays code", () => {
  expect(blocksOf("<mjml><mj-body></mj-body></mjml>")).toBeNull();
  const source = sourceOf([{ kind: "text", text: "Hello" }]);
  const styled = source.replace("Hello", "<i>Hello</i>");
  expect(blocksOf(styled)?.[0]?.kind).toBe("code");
  expect(sourceOf(blocksOf(styled) ?? [])).toBe(styled);
});

test("a block changes its place", () => {
  expect(moved(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
});
