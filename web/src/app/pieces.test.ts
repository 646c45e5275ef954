import { describe, expect, it } from "vitest";
import { ended, isNews, type Piece, placeOf } from "./pieces";

const piece = (given: Partial<Piece>): Piece => ({
  kind: "import",
  subject: "people.csv",
  number: 1,
  doing: "obeying",
  done: 0,
  total: 1_000,
  since: "2026-11-20T12:00:00Z",
  actor: "team:olena@shop.example",
  result: { import: "0a" },
  step: "",
  ...given,
});

describe("the end of work", () => {
  it("is told once, of what ended while one was there", () => {
    const old = piece({ number: 1, doing: "done" });
    const first = ended(null, [old, piece({ number: 2 })]);
    expect(first.news).toEqual([]);
    const over = piece({ number: 2, doing: "stopped" });
    const second = ended(first.known, [old, over]);
    expect(second.news).toEqual([over]);
    expect(ended(second.known, [old, over]).news).toEqual([]);
  });

  it("is told of what was over before it was ever seen at work", () => {
    const first = ended(null, []);
    const quick = piece({ number: 3, doing: "done" });
    expect(ended(first.known, [quick]).news).toEqual([quick]);
  });

  it("leads to what came of it", () => {
    expect(placeOf(piece({}))).toBe("/settings/imports/0a");
    expect(placeOf(piece({ kind: "export", result: { export: "0b" } }))).toBe("/settings/exports");
    expect(placeOf(piece({ kind: "demo" }))).toBe("/");
    expect(placeOf(piece({ kind: "erase" }))).toBe("");
  });

  it("is news of files to who asked for them, of the demo shop to all", () => {
    expect(isNews(piece({}), "olena@shop.example")).toBe(true);
    expect(isNews(piece({}), "ivan@shop.example")).toBe(false);
    expect(isNews(piece({ kind: "demo" }), "ivan@shop.example")).toBe(true);
    expect(isNews(piece({ kind: "campaign" }), "olena@shop.example")).toBe(false);
  });
});
