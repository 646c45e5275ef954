import { describe, expect, it } from "vitest";
import { byDay, gist } from "./happening";

describe("what a thing says beside its name", () => {
  it("is the product and the money", () => {
    const bought = { "properties.name": "Kettle", "properties.revenue": 1200.5 };
    expect(gist(bought, "UAH")).toBe("Kettle · ₴1,201");
    expect(gist({ ...bought, "properties.currency": "EUR" }, "UAH")).toBe("Kettle · €1,201");
    expect(gist({ "properties.price": 3, "properties.currency": "gold" }, "USD")).toBe("$3");
  });

  it("is nothing where nothing is told", () => {
    expect(gist({ "context.page.path": "/", "properties.name": "" }, "UAH")).toBe("");
  });
});

it("things of one day stand together", () => {
  const at = ["2026-11-02T15:00", "2026-11-02T09:00", "2026-11-01T23:59"];
  const days = byDay(at.map((one) => ({ at: one })));
  expect(days.map(([, some]) => some.length)).toEqual([2, 1]);
});
