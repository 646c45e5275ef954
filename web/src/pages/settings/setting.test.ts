import { expect, test } from "vitest";
import type { Setting } from "./data";
import { changed, pairsOf, pairsText, shownValue } from "./setting";

const setting = (some: Partial<Setting>): Setting => ({
  name: "bot",
  takes: "text",
  value: "fruit_bot",
  default: "",
  filled: true,
  choices: [],
  least: null,
  most: null,
  help: "",
  given: "file",
  by_hand: false,
  ...some,
});

test("only what differs goes to the server, and a default as null", () => {
  const settings = [setting({}), setting({ name: "rate", takes: "number", value: 5, default: 1 })];
  expect(changed(settings, { bot: "fruit_bot", rate: 1 })).toEqual({ rate: null });
  expect(changed(settings, { bot: "other" })).toEqual({ bot: "other" });
});

test("a secret that nobody wrote stays as it is", () => {
  const secret = setting({ name: "token", takes: "secret", value: null, default: null });
  expect(changed([secret], { token: undefined })).toEqual({});
  expect(changed([secret], { token: "new" })).toEqual({ token: "new" });
  expect(shownValue(secret, {})).toBeNull();
});

test("pairs are lines", () => {
  const text = "uk = Вітаємо!\nen = 1 = 1";
  expect(pairsOf(text)).toEqual({ uk: "Вітаємо!", en: "1 = 1" });
  expect(pairsText(pairsOf(text))).toBe(text);
  expect(pairsText(pairsOf("u"))).toBe("u");
});
