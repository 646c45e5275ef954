import { expect, test } from "vitest";
import { campaign, context, device } from "./context.ts";

const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit Mobile/15E148";
const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit Version/18.0 Safari";
const PHONE = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit Chrome/140 Mobile Safari";
const TABLET = "Mozilla/5.0 (Linux; Android 15; SM-X910) AppleWebKit Chrome/140 Safari";

test.each([
  [IPHONE, 5, "mobile"],
  [PHONE, 5, "mobile"],
  [TABLET, 5, "tablet"],
  [MAC, 0, "desktop"],
  [MAC, 5, "tablet"], // an iPad
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140 Safari", 10, "desktop"],
])("%s with %i touches", (agent, touches, expected) => {
  expect(device(agent, touches)).toBe(expected);
});

test("a campaign is what the address says, under Segment's names", () => {
  expect(campaign("?utm_source=news&utm_campaign=Harvest%20%F0%9F%8D%88&utm_id=7&q=1")).toEqual({
    source: "news",
    name: "Harvest 🍈",
    id: "7",
  });
  expect(campaign("?q=1&utm_source=")).toBeUndefined();
});

test("the context tells the page without what is behind #", () => {
  history.replaceState(null, "", "/fruit?utm_medium=email#reviews");
  document.title = "Fruit";
  const told = context("https://search.example/");
  expect(told.page).toEqual({
    path: "/fruit",
    referrer: "https://search.example/",
    search: "?utm_medium=email",
    title: "Fruit",
    url: `${location.origin}/fruit?utm_medium=email`,
  });
  expect(told).toMatchObject({
    campaign: { medium: "email" },
    library: { name: "maracuja.js" },
  });
});
