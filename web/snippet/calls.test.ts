import { expect, test } from "vitest";
import { newId, sorted } from "./calls.ts";

const done = () => {};

test.each([
  [1, ["Tasted"], ["Tasted"], {}, {}],
  [1, ["Tasted", { a: 1 }, { context: {} }], ["Tasted"], { a: 1 }, { context: {} }],
  [1, ["Tasted", null, { timestamp: "now" }], ["Tasted"], {}, { timestamp: "now" }],
  [1, [{ email: "a@b.example" }, { context: {} }], [], { email: "a@b.example" }, { context: {} }],
  [1, [null, { a: 1 }], [undefined], { a: 1 }, {}],
  [1, [7, { a: 1 }], ["7"], { a: 1 }, {}],
  [2, ["Fruit", "Passion fruit", { a: 1 }], ["Fruit", "Passion fruit"], { a: 1 }, {}],
  [2, ["Passion fruit", { a: 1 }], ["Passion fruit"], { a: 1 }, {}],
  [2, [{ a: 1 }], [], { a: 1 }, {}],
  [2, [], [], {}, {}],
])("at most %i texts of %j", (most, given, texts, fields, options) => {
  expect(sorted(given, most)).toMatchObject({ texts, fields, options, done: undefined });
  expect(sorted([...given, done], most).done).toBe(done);
});

test("what Segment's own stub adds is no property", () => {
  const added = { __t: "bpc", u: "https://shop.example/" };
  expect(sorted(["Tasted", added], 1).fields).toEqual({});
});

test("ids are never the same", () => {
  const ids = Array.from({ length: 1000 }, newId);
  expect(new Set(ids).size).toBe(1000);
  expect(ids.every((id) => /^(\d+-){3}\d+$/.test(id))).toBe(true);
});
