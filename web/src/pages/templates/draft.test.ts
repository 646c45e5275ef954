import { expect, test } from "vitest";
import { NOTHING, stepped } from "./draft";
import type { Template } from "./template";

const text = (words: string): Template => ({
  id: "a",
  variants: [{ language: "en", text: words }],
});
const write = (words: string, before: string, at: number, place = "text") =>
  ({ type: "change", template: text(words), shown: text(before), place, at, base: 3 }) as const;

test("one word is one step back, and forth again", () => {
  let history = stepped(NOTHING, write("H", "", 1000));
  history = stepped(history, write("Hi", "H", 1100));
  history = stepped(history, write("Hi you", "Hi", 9000));
  expect(history.base).toBe(3);
  history = stepped(history, { type: "undo", shown: text("Hi you") });
  expect(history.now).toEqual(text("Hi"));
  history = stepped(history, { type: "undo", shown: text("Hi") });
  expect(history.now).toEqual(text(""));
  history = stepped(history, { type: "redo", shown: text("") });
  expect(history.now).toEqual(text("Hi"));
});

test("another place is another step, and what was undone is forgotten by writing", () => {
  let history = stepped(NOTHING, write("H", "", 1000, "text"));
  history = stepped(history, write("Hi", "H", 1001, "subject"));
  expect(history.past).toHaveLength(2);
  history = stepped(history, { type: "undo", shown: text("Hi") });
  expect(stepped(history, write("Ho", "H", 9000)).future).toEqual([]);
});
