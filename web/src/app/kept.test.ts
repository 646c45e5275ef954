import { act, renderHook } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { isKept, useKept } from "./kept";

afterEach(() => {
  vi.restoreAllMocks();
  localStorage.clear();
});

const at = (place: string) => renderHook(() => useKept<{ text: string }>(place)).result;

test("what is written is there again, for everybody who asks for its place, until it is forgotten", () => {
  const one = at("note-a");
  const same = at("note-a");
  const other = at("note-b");
  expect(one.current[0]).toBeNull();
  act(() => one.current[1]({ text: "Hello" }));
  expect(one.current[0]).toEqual({ text: "Hello" });
  expect(same.current[0]).toEqual({ text: "Hello" });
  expect(other.current[0]).toBeNull();
  expect(at("note-a").current[0]).toEqual({ text: "Hello" });
  expect(isKept("note-a")).toBe(true);
  act(() => same.current[1](null));
  expect(one.current[0]).toBeNull();
  expect(isKept("note-a")).toBe(false);
});

test("another tab's words are seen", () => {
  const here = at("note-a");
  act(() => {
    localStorage.setItem("maracuja-draft-note-a", JSON.stringify({ text: "from there" }));
    window.dispatchEvent(new StorageEvent("storage"));
  });
  expect(here.current[0]).toEqual({ text: "from there" });
});

test("what cannot be read is nothing, and writing goes on", () => {
  localStorage.setItem("maracuja-draft-note-a", "{torn");
  const here = at("note-a");
  expect(here.current[0]).toBeNull();
  act(() => here.current[1]({ text: "anew" }));
  expect(here.current[0]).toEqual({ text: "anew" });
});

test("where the browser keeps nothing, the page does", () => {
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new Error("no room");
  });
  const here = at("note-a");
  act(() => here.current[1]({ text: "held" }));
  expect(here.current[0]).toEqual({ text: "held" });
  act(() => here.current[1](null));
  expect(here.current[0]).toBeNull();
});
