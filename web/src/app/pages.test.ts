import { describe, expect, it } from "vitest";
import { NOWHERE, OUTSIDE, PAGES, placeAt } from "./pages";

const at = (address: string) => {
  const { pathname, search } = new URL(address, "http://shop.example");
  const found = placeAt({ pathname, search }, "uk");
  return { path: found.place.path, asks: found.place.asks(found.at), parts: found.at.parts };
};

describe("placeAt", () => {
  it("finds every page at its own address", () => {
    for (const { path } of [...PAGES, ...OUTSIDE]) {
      expect(at(path.replace(/:(\w+)\??/g, "x-$1").replace("*", "email")).path).toBe(path);
    }
  });

  it("prefers what is spelt out to what stands for anything", () => {
    expect(at("/campaigns/new").path).toBe("/campaigns/new");
    expect(at("/campaigns/spring").path).toBe("/campaigns/:name");
    expect(at("/campaigns/spring/edit?step=who").path).toBe("/campaigns/:name/edit");
    expect(at("/reports/claims").path).toBe("/reports/claims");
  });

  it("lets what may be missing be missing, and a star be anything", () => {
    expect(at("/replies").path).toBe("/replies/:number?");
    expect(at("/replies/12").parts).toEqual({ number: "12" });
    expect(at("/settings/channels/telegram").path).toBe("/settings/channels/*");
    expect(at("/people/").path).toBe("/people");
  });

  it("says so where there is nothing", () => {
    expect(placeAt({ pathname: "/people/3/more", search: "" }, "uk").place).toBe(NOWHERE);
    expect(placeAt({ pathname: "/nowhere", search: "" }, "uk").place).toBe(NOWHERE);
  });

  it("asks for what the page will ask for", () => {
    expect(at("/reports/spring?goal=order").asks).toEqual([
      "/api/campaigns/spring/report?goal=order",
    ]);
    expect(at("/reports").asks).toEqual(["/api/reports?days=90"]);
    expect(at("/templates/welcome").asks).toEqual(["/api/definitions/template/welcome"]);
    expect(at("/campaigns/spring/dry-run").asks).toEqual([]);
    expect(at("/people").asks).toEqual(["/api/suggestions/names"]);
    expect(at("/segments").asks).toEqual(["/api/segments?language=uk&limit=1000"]);
    expect(at("/settings/channels/sms/promo").asks).toContain("/api/settings/channels/sms/promo");
    expect(at("/shop/products?q=two+words").asks).toContain(
      "/api/products?limit=50&after=&words=two%20words&category=&gone=false",
    );
    expect(at("/campaigns/new?step=goal").asks).toEqual([]);
  });
});
