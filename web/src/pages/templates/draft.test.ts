import { expect, test } from "vitest";
import { NOTHING, stepped } from "./draft";
import type { Template } from "./template";

const text = (words: string): Template => ({
  id: "a",
  variants: [{ language: "en", text: words }],
});
const write = (before: string, at: number, place = "text") =>
  ({ type: "change", shown: text(before), place, at }) as const;

test("one word is one step back, and forth again", () => {
  let history = stepped(NOTHING, write("", 1000));
  history = stepped(history, write("H", 1100));
  history = stepped(history, write("Hi", 9000));
  expect(history.past).toEqual([text("Hi"), text("")]);
  history = stepped(history, { type: "undo", shown: text("Hi you") });
  expect(history.past).toEqual([text("")]);
  expect(history.future).toEqual([text("Hi you")]);
  history = stepped(history, { type: "undo", shown: text("Hi") });
  expect(history.future).toEqual([text("Hi"), text("Hi you")]);
  history = stepped(history, { type: "redo", shown: text("") });
  expect(history.past).toEqual([text("")]);
  expect(history.future).toEqual([text("Hi you")]);
});

test("another place is another step, and what was undone is forgotten by writing", () => {
  let history = stepped(NOTHING, write("", 1000, "text"));
  history = stepped(history, write("H", 1001, "subject"));
  expect(history.past).toHaveLength(2);
  history = stepped(history, { type: "undo", shown: text("Hi") });
  expect(stepped(history, write("H", 9000)).future).toEqual([]);
});
