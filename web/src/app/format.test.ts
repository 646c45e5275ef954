import { expect, it } from "vitest";
import { sentence } from "./format";

it("half a sentence becomes a whole one, and what is whole stays", () => {
  expect(sentence("немає коми після звертання")).toBe("Немає коми після звертання.");
  expect(sentence("Нэр алга.")).toBe("Нэр алга.");
  expect(sentence("Did you mean `kyiv`?")).toBe("Did you mean `kyiv`?");
  expect(sentence("")).toBe("");
  expect(sentence("There is no segment `kyiv`.", "audience")).toBe(
    "There is no segment `kyiv` (audience).",
  );
  expect(sentence("is that a price?", "cost")).toBe("Is that a price (cost)?");
  expect(sentence("the name is taken", "name")).toBe("The name is taken (name).");
});
