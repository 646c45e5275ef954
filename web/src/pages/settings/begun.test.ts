import { act, renderHook } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";
import { useFields, useValues } from "./begun";
import type { Setting } from "./data";

beforeEach(() => {
  localStorage.clear();
});

const setting = (name: string, takes: Setting["takes"]): Setting => ({
  name,
  takes,
  value: null,
  default: null,
  help: "",
  choices: [],
  filled: false,
  by_hand: false,
  given: "default",
  least: null,
  most: null,
});

const fields = (version: number) =>
  renderHook(() => useFields("goal-spring", { name: "Spring", event: "Paid" }, version));

it("keeps fields over a new page, and not over another version", () => {
  const first = fields(2);
  act(() => first.result.current[1]({ name: "Summer" }));
  first.unmount();
  expect(fields(2).result.current[0]).toEqual({ name: "Summer", event: "Paid" });
  expect(fields(3).result.current[0]).toEqual({ name: "Spring", event: "Paid" });
  expect(fields(3).result.current[2].is).toBe(false);
  const again = fields(2);
  act(() => again.result.current[2].drop());
  expect(again.result.current[0].name).toBe("Spring");
  expect(localStorage).toHaveLength(0);
});

it("never keeps a secret in the browser", () => {
  const settings = [setting("host", "text"), setting("password", "secret")];
  const { result } = renderHook(() => useValues("email", settings));
  act(() => result.current[1]("host", "mail.shop.example"));
  act(() => result.current[1]("password", "open sesame"));
  expect(result.current[0]).toEqual({ host: "mail.shop.example", password: "open sesame" });
  expect(JSON.stringify({ ...localStorage })).toContain("mail.shop.example");
  expect(JSON.stringify({ ...localStorage })).not.toContain("sesame");
});
