import { describe, expect, it } from "vitest";
import {
  type Condition,
  canShow,
  fresh,
  isWhole,
  type Kind,
  kindOf,
  OFFERED,
  ofKind,
} from "./language";

const SHOWN: Condition[] = [
  { trait: "city", in: ["Kyiv", "Odesa"] },
  {
    did: "Product Viewed",
    at_least: 3,
    within: "30 days",
    where: [{ property: "category", is: "fishing" }],
  },
  { did_not: ["Order Completed", "Order Refunded"], within: "60 days" },
  { last: "Order Completed", of: "total", above: 10, at_most: 90, since: "2026-05-01" },
  {
    sequence: [
      { did: "Product Viewed" },
      { did: "Product Added", within: "1 day" },
      { did_not: "Order Completed", within: "2 hours" },
    ],
    within: "7 days",
  },
  { any: [{ consent: "news", channel: "email", state: ["opted_in", "soft"] }, { segment: "a" }] },
  { share: 10, salt: "spring", start: 10 },
  { fact: "category_affinity", of: "tea", at_least: 0.5 },
];

describe("the language of segments", () => {
  it("shows every condition of the documentation", () => {
    for (const one of SHOWN) {
      expect(canShow(one), JSON.stringify(one)).toBe(true);
    }
  });

  it("leaves to the file what it has no fields for", () => {
    expect(canShow({ trait: "city", is: { deep: 1 } })).toBe(false);
    expect(canShow({ did: "Order Completed", within: "a while" })).toBe(false);
    expect(canShow({ did: "Order Completed", whom: "me" })).toBe(false);
    expect(canShow({ whatever: 1 })).toBe(false);
    expect(canShow({ sequence: [{ did: "A", did_not: "B" }] })).toBe(false);
  });

  it("offers of every kind a condition that it can show, and that is still to be finished", () => {
    const kinds: Kind[] = Object.values(OFFERED).flat();
    for (const kind of kinds) {
      const one = fresh(kind);
      expect([kind, kindOf(one), canShow(one)]).toEqual([kind, kind, true]);
      expect(isWhole(one), kind).toBe(["reachable", "received", "read", "clicked"].includes(kind));
    }
  });

  it("keeps what two kinds share", () => {
    const did = { did: "Order Completed", at_least: 2, within: "7 days" };
    expect(ofKind(did, "did", "did_not")).toEqual({
      did_not: "Order Completed",
      within: "7 days",
    });
    expect(ofKind(did, "did", "sum")).toEqual({
      sum: "Order Completed",
      at_least: 2,
      within: "7 days",
      of: "",
    });
    expect(ofKind({ ...did, did_not: undefined }, "did", "first").of).toBeUndefined();
  });
});
