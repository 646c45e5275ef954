import { describe, expect, it } from "vitest";
import { COMPARISONS, conditionOf, type Filter, filterOf } from "./conditions";
import { NEWEST, readAsked, readOrder, writeAsked, writeOrder } from "./search";

describe("the list's address", () => {
  it("holds everything that is asked for", () => {
    const asked = {
      words: "maria 067",
      where: [{ trait: "city", is: "Київ & co" }, { reachable: "sms" }],
      since: "2026-05-01",
      until: "2026-05-31",
      order: "traits.bonus",
    };
    const address = writeAsked(asked).toString();
    expect(readAsked(new URLSearchParams(address))).toEqual(asked);
  });

  it("is empty for everybody, and reads what is broken as nothing", () => {
    const everybody = readAsked(new URLSearchParams());
    expect(everybody.order).toBe(NEWEST);
    expect(writeAsked(everybody).toString()).toBe("");
    const broken = new URLSearchParams({ where: '[{"trait":', since: "May" });
    expect(readAsked(broken)).toEqual(everybody);
    expect(readAsked(new URLSearchParams({ where: '[1, null, {"segment": "a"}]' })).where).toEqual(
      [{ segment: "a" }],
    );
  });

  it("turns an order around", () => {
    for (const order of ["-created", "name"]) {
      expect(writeOrder(readOrder(order))).toBe(order);
    }
  });
});

describe("a filter", () => {
  const compared = Object.values(COMPARISONS).flat();
  const filters: Filter[] = [
    ...compared.map((compare): Filter => {
      const bare = ["yes", "no", "known", "unknown"].includes(compare);
      return { kind: "trait", trait: "bonus", compare, value: bare ? "" : 7 };
    }),
    { kind: "consent", topic: "news", channel: "email", state: "opted_out" },
    { kind: "reachable", channel: "telegram" },
    { kind: "segment", segment: "best" },
  ];

  it.each(filters)("is read back from its condition: $kind $compare", (filter) => {
    expect(filterOf(conditionOf(filter))).toEqual(filter);
  });

  it("is none where the condition says more than a filter can", () => {
    expect(filterOf({ did: "Order Completed", at_least: 2 })).toBeNull();
    expect(filterOf({ trait: "age", at_least: 18, at_most: 30 })).toBeNull();
    expect(filterOf({ trait: "city", in: ["Kyiv", "Lviv"] })).toBeNull();
  });
});
