import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Call } from "./calls.ts";
import type { Analytics } from "./core.ts";

interface Sent {
  writeKey: string;
  sentAt: string;
  batch: (Call & { context: Record<string, unknown>; properties: Record<string, unknown> })[];
}

const page = window as unknown as { analytics?: Analytics };
let sent: Sent[];
let answers: (Response | Error)[];
let beacons: Sent[];
let loaded: Analytics[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  vi.resetModules();
  localStorage.clear();
  delete page.analytics;
  [sent, answers, beacons] = [[], [], []];
  vi.stubGlobal("fetch", async (_: string, given: RequestInit) => {
    sent.push(JSON.parse(given.body as string));
    const answer = answers.shift() ?? new Response("{}");
    if (answer instanceof Error) throw answer;
    return answer;
  });
  navigator.sendBeacon = (_, body) => {
    beacons.push(JSON.parse(body as string));
    return true;
  };
  history.replaceState(null, "", "/");
});

afterEach(() => {
  // What listens to this test's pages must not hear the next one's.
  for (const one of loaded) one.consent(false);
  loaded = [];
  vi.useRealTimers();
});

/** The snippet as its tag starts it. */
const load = async (data: Record<string, string> = {}): Promise<Analytics> => {
  const { start } = await import("./core.ts");
  const script = document.createElement("script");
  script.src = "https://go.shop.example/maracuja.js";
  Object.assign(script.dataset, { key: "mrc_browser_k", consent: "given", ...data });
  start(script);
  loaded.push(page.analytics as Analytics);
  return page.analytics as Analytics;
};

const flushed = () => vi.advanceTimersByTimeAsync(60);
const calls = () => sent.flatMap((one) => one.batch);
const named = () => calls().map((call) => call.event ?? call.type);

/** What Segment's snippet leaves in the page until its library comes. */
const stub = (...methods: string[]) => {
  const list: unknown[] = [];
  for (const method of methods) {
    Object.assign(list, {
      [method]: (...given: unknown[]) =>
        list.push([method, ...given, { __t: "bpc", u: "https://shop.example/", p: "/" }]),
    });
  }
  return list as unknown as Analytics & { trackLink(...given: unknown[]): void };
};

test("Segment's own stub is taken over, but for what is not here", async () => {
  const early = stub("identify", "track", "page", "trackLink");
  page.analytics = early;
  early.identify("u1");
  early.page();
  early.trackLink("a", "Followed");
  early.track("Tasted");
  await load();
  early.trackLink("b", "Followed");
  early.track("Liked", { n: 1 });
  await flushed();
  expect(named()).toEqual(["identify", "page", "Tasted", "Liked"]);
  expect(calls().map((call) => call.properties?.n)).toEqual([undefined, undefined, undefined, 1]);
});

test("calls from before it loaded are made, in order", async () => {
  const early = [
    ["identify", "u1", { plan: "gold" }],
    ["track", "Tasted", { n: 1 }],
    ["nonsense"],
  ];
  page.analytics = early as unknown as Analytics;
  const analytics = await load();
  expect(page.analytics).toBe(early);
  analytics.push(["track", "Liked"]);
  await flushed();
  expect(named()).toEqual(["identify", "Tasted", "page", "Liked"]);
  expect(calls()[1]).toMatchObject({ userId: "u1", properties: { n: 1 } });
  expect(sent[0]?.writeKey).toBe("mrc_browser_k");
});

test("each call has what Segment's API asks for", async () => {
  const analytics = await load({ pages: "manual" });
  analytics.page("Fruit", "Passion fruit", { stock: 3 });
  analytics.group("g1", { size: 2 });
  analytics.alias("u2", "u1");
  await flushed();
  const [view, group, alias] = calls();
  expect(view).toMatchObject({
    type: "page",
    name: "Passion fruit",
    category: "Fruit",
    properties: { name: "Passion fruit", category: "Fruit", stock: 3, path: "/" },
  });
  expect(group).toMatchObject({ type: "group", groupId: "g1", traits: { size: 2 } });
  expect(alias).toMatchObject({ type: "alias", userId: "u2", previousId: "u1" });
  expect(new Set(calls().map((call) => call.messageId)).size).toBe(3);
  expect(view?.anonymousId).toBe(JSON.parse(localStorage.getItem("ajs_anonymous_id") ?? ""));
});

test("before a visitor agrees nothing is stored and nothing is sent", async () => {
  const analytics = await load({ consent: "ask" });
  analytics.identify("u1", { email: "a@b.example" });
  analytics.track("Tasted");
  await vi.advanceTimersByTimeAsync(5000);
  dispatchEvent(new Event("pagehide"));
  expect([localStorage.length, document.cookie, sent.length, beacons.length]).toEqual([
    0,
    "",
    0,
    0,
  ]);
  analytics.consent(true);
  await flushed();
  expect(named()).toEqual(["page", "identify", "Tasted"]);
  expect(new Set(calls().map((call) => call.anonymousId)).size).toBe(1);

  vi.resetModules();
  delete page.analytics;
  await load({ consent: "ask" });
  await flushed();
  expect(named().at(-1)).toBe("page"); // the next page remembers the word
});

test("whoever takes it back is forgotten, and nothing more is kept", async () => {
  const analytics = await load();
  localStorage.setItem("ajs_user_traits", "{}");
  localStorage.setItem("cart", "mine");
  const before = analytics.user().anonymousId();
  analytics.identify("u1");
  analytics.consent(false);
  analytics.track("Tasted");
  await flushed();
  expect(Object.keys(localStorage)).toEqual(["cart"]);
  expect(sent).toEqual([]);
  analytics.consent(true);
  analytics.track("Liked");
  await flushed();
  expect(named()).toEqual(["Liked"]);
  expect(analytics.user().id()).toBeUndefined();
  expect(analytics.user().anonymousId()).not.toBe(before);
});

test("another customer shares nothing with the one before, nor does a stranger", async () => {
  const analytics = await load({ pages: "manual" });
  const ids = [];
  analytics.track("Tasted");
  analytics.identify("u1", {}, { context: { signature: "5f0c" } });
  analytics.track("Liked");
  analytics.identify("u2");
  analytics.track("Left");
  analytics.reset();
  analytics.track("Came");
  await flushed();
  for (const call of calls()) ids.push([call.userId, call.anonymousId, call.context.signature]);
  const [first, , , , fifth, sixth] = ids as [string, string, string][];
  expect(ids[2]).toEqual(["u1", first?.[1], "5f0c"]);
  expect(fifth).toEqual(["u2", expect.not.stringMatching(first?.[1] as string), undefined]);
  expect(sixth?.[0]).toBeUndefined();
  expect(sixth?.[1]).not.toBe(fifth?.[1]);
});

test("the tag names the customer once, and the proof stays", async () => {
  await load({ user: "u1", proof: "5f0c", pages: "manual" });
  await flushed();
  vi.resetModules();
  delete page.analytics;
  const analytics = await load({ user: "u1", proof: "5f0c", pages: "manual" });
  analytics.track("Tasted");
  await flushed();
  expect(named()).toEqual(["identify", "Tasted"]);
  expect(calls()[1]).toMatchObject({ userId: "u1", context: { signature: "5f0c" } });
});

test("what the server does not take now is kept and sent again, once it does", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  answers = [new TypeError("offline"), new Response("", { status: 503 })];
  const analytics = await load({ pages: "manual" });
  analytics.track("Tasted");
  await flushed();
  expect(localStorage.getItem("mrc_queue")).toContain("Tasted");
  await vi.advanceTimersByTimeAsync(1000);
  expect(sent.length).toBe(2);
  await vi.advanceTimersByTimeAsync(2000);
  expect(sent.length).toBe(3);
  expect(new Set(calls().map((call) => call.messageId)).size).toBe(1);
  expect(localStorage.getItem("mrc_queue")).toBe("[]");
});

test("a browser that is back online does not wait", async () => {
  answers = [new TypeError("offline")];
  const analytics = await load({ pages: "manual" });
  analytics.track("Tasted");
  await flushed();
  dispatchEvent(new Event("online"));
  await flushed();
  expect(sent.length).toBe(2);
});

test("what is refused for good is not sent for ever", async () => {
  answers = [new Response("", { status: 401 })];
  const analytics = await load({ pages: "manual" });
  analytics.track("Tasted");
  await vi.advanceTimersByTimeAsync(600_000);
  expect(sent.length).toBe(1);
});

test("a page that ends hands over what waits, and the next one sends it again", async () => {
  answers = [new TypeError("offline")];
  const analytics = await load({ pages: "manual" });
  analytics.track("Tasted");
  await flushed();
  dispatchEvent(new Event("pagehide"));
  expect(beacons[0]?.batch[0]?.event).toBe("Tasted");
  vi.resetModules();
  delete page.analytics;
  sent = [];
  await load({ pages: "manual" });
  (page.analytics as unknown as Analytics).track("Liked");
  await flushed();
  expect(named()).toEqual(["Tasted", "Liked"]);
});

test("batches stay below what may outlive a page, however long the queue", async () => {
  answers = [new TypeError("offline")];
  const analytics = await load({ pages: "manual" });
  for (let n = 0; n < 60; n++) analytics.track(`Tasted ${n}`, { text: "x".repeat(1000) });
  await vi.advanceTimersByTimeAsync(20_000);
  const taken = sent.slice(1).flatMap((one) => one.batch.map((call) => call.event));
  expect(taken).toEqual(Array.from({ length: 60 }, (_, n) => `Tasted ${n}`));
  expect(Math.max(...sent.map((one) => JSON.stringify(one).length))).toBeLessThan(30_000);
});

test("pages of an application that never loads are told, with where they came from", async () => {
  await load();
  history.pushState(null, "", "/fruit");
  history.pushState(null, "", "/fruit#reviews");
  await flushed();
  history.replaceState(null, "", "/tea?sort=price");
  await vi.advanceTimersByTimeAsync(100);
  const views = calls().map((call) => call.properties);
  expect(views.map((view) => view.path)).toEqual(["/", "/fruit", "/tea"]);
  expect(views[1]?.referrer).toBe(`${location.origin}/`);
  expect(views[2]?.referrer).toBe(`${location.origin}/fruit`);
});

test("the functions of the shop are Segment's events", async () => {
  const analytics = await load({ pages: "manual" });
  const heard: unknown[] = [];
  analytics.on("track", (...told) => heard.push(told.slice(0, 2)));
  analytics.productAddedToWishlist({ product_id: "p7", category: "fruit", price: 120 });
  analytics.orderCompleted({ order_id: "o1", revenue: 240, products: [] });
  await flushed();
  expect(named()).toEqual(["Product Added to Wishlist", "Order Completed"]);
  expect(heard[1]).toEqual(["Order Completed", { order_id: "o1", revenue: 240, products: [] }]);
});

test("a look ends with the next one, with the page, and where the page is hidden", async () => {
  const analytics = await load({ pages: "manual" });
  const seconds = (n: number) => vi.advanceTimersByTimeAsync(n * 1000);
  analytics.productViewed({ product_id: "p1", category: "fruit", price: 9 });
  await seconds(4);
  analytics.productViewed({ product_id: "p2", category: "tea" });
  await seconds(6);
  history.pushState(null, "", "/elsewhere");
  await seconds(9);
  analytics.productListViewed({ list_id: "l1", category: "tea" });
  await seconds(100); // without a sign of life
  dispatchEvent(new Event("pagehide"));
  await flushed();
  const looks = [...calls(), ...beacons.flatMap((one) => one.batch)].filter((call) =>
    `${call.event}`.endsWith("Dwelled"),
  );
  expect(looks.map((call) => [call.event, call.properties])).toEqual([
    ["Product Dwelled", { product_id: "p1", category: "fruit", seconds: 4 }],
    ["Product Dwelled", { product_id: "p2", category: "tea", seconds: 6 }],
    ["Product List Dwelled", { list_id: "l1", category: "tea", seconds: 30 }],
  ]);
});

test("a second tag changes nothing", async () => {
  const analytics = await load();
  const { track } = analytics;
  await load();
  expect(analytics.track).toBe(track);
  await flushed();
  expect(named()).toEqual(["page"]);
});
