import { expect, test } from "vitest";
import { offer } from "./completion";

const KNOWN = {
  names: ["person.city", "coupon.code"],
  product: ["title", "url"],
  filters: ["vocative", "money"],
  tags: ["if", "need"],
};
const offered = (before: string) => offer(before, ["left"], KNOWN);

test("names stand in an output, filters behind a bar, tags in a tag", () => {
  expect(offered("Hi {{ per")).toEqual({
    from: 6,
    words: ["person.city", "coupon.code", "facts.left", "products[facts.left]"],
  });
  expect(offered("{{ person.city | m")).toEqual({ from: 17, words: KNOWN.filters });
  expect(offered("{% n")).toEqual({ from: 3, words: KNOWN.tags });
  expect(offered("{% if person.c")?.words).toContain("person.city");
  expect(offered("{{ products[facts.left].t")).toEqual({ from: 24, words: KNOWN.product });
});

test("nothing is offered outside of Liquid or within a text", () => {
  expect(offered("Hello per")).toBeNull();
  expect(offered("{{ person.city }} and")).toBeNull();
});
