import { expect, test } from "vitest";
import { added, changed, indexOf, missing, type Template, without } from "./template";

const TEA: Template = {
  id: "tea",
  variants: [
    { language: "uk", channel: "email", subject: "Чай", html: "<p>Чай</p>" },
    { language: "uk", text: "Чай" },
    { language: "en", text: "Tea" },
  ],
};

test("what is missing is told of each channel", () => {
  expect(missing(TEA, ["uk", "mn"])).toEqual([
    { language: "en", channel: "email" },
    { language: "mn", channel: "email" },
    { language: "mn", channel: "" },
  ]);
});

test("a variant is copied into another language and taken out again", () => {
  const more = added(TEA, "en", "email", TEA.variants[0]);
  expect(more.variants[3]).toEqual({ ...TEA.variants[0], language: "en" });
  expect(indexOf(more, "en", "email")).toBe(3);
  expect(without(more, 3)).toEqual(TEA);
  expect(added(TEA, "mn", "").variants[3]).toEqual({ language: "mn", text: "" });
});

test("empty fields are left out", () => {
  expect(
    changed(
      { language: "en", text: "a", subject: "b", silent: true },
      { subject: "", silent: false },
    ),
  ).toEqual({ language: "en", text: "a" });
});
