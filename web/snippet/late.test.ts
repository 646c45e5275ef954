import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Analytics, Shared } from "./core.ts";
import { watchExit } from "./exit.ts";
import { notifications } from "./push.ts";
import { watchReviews } from "./reviews.ts";

const DAY_MS = 86_400_000;
let told: unknown[][];
let left: (() => void)[];
let kept: Record<string, unknown>;
let agreed: boolean;

const shared = (settings: DOMStringMap = {}): Shared => ({
  analytics: {
    track: async (...given: unknown[]) => told.push(["track", ...given]),
    identify: async (...given: unknown[]) => told.push(["identify", ...given]),
    on: (_: string, heard: () => void) => left.push(heard),
  } as unknown as Analytics,
  settings,
  host: "https://go.shop.example",
  read: <T>(name: string) => kept[name] as T,
  write: (name, value) => {
    kept[name] = value;
  },
  agreed: () => agreed,
  look: () => ({ product_id: "p1" }),
});

beforeEach(() => {
  vi.useFakeTimers();
  [told, left, kept, agreed] = [[], [], {}, true];
  document.body.innerHTML = "";
  vi.stubGlobal("PushManager", class {});
  vi.stubGlobal("Notification", {
    permission: "default",
    requestPermission: vi.fn(async () => "denied"),
  });
  Object.defineProperty(navigator, "serviceWorker", { value: {}, configurable: true });
  vi.stubGlobal(
    "CSSStyleSheet",
    class {
      replaceSync() {}
    },
  );
});

afterEach(() => {
  vi.useRealTimers();
});

const asked = () => document.getElementById("maracuja-question")?.shadowRoot;
const seconds = (n: number) => vi.advanceTimersByTimeAsync(n * 1000);
const press = async (which: string) => {
  asked()?.querySelector<HTMLElement>(which)?.click();
  await seconds(0);
};

test("the question comes after half a minute in view, and its no is kept for 90 days", async () => {
  notifications(shared({ push: "news" }));
  await seconds(29);
  expect(asked()).toBeUndefined();
  await seconds(1);
  await press("button:not(.yes)");
  expect(asked()).toBeUndefined();
  expect(Notification.requestPermission).not.toHaveBeenCalled();

  for (const [days, again] of [
    [89, false],
    [91, true],
  ] as const) {
    kept.mrc_push = Date.now() - days * DAY_MS;
    notifications(shared({ push: "news" }));
    await seconds(30);
    expect(!!asked()).toBe(again);
  }
});

test("whoever says yes is asked by the browser, whose no is the end of it", async () => {
  notifications(shared({ push: "news", pushAfter: "2" }));
  await seconds(2);
  await press("button.yes");
  expect(Notification.requestPermission).toHaveBeenCalledOnce();
  expect(told).toEqual([]);
  expect(kept.mrc_push).toBe(Date.now());
});

test.each([
  [
    "no consent",
    {},
    () => {
      agreed = false;
    },
  ],
  ["no topic", { push: "" }, () => {}],
  [
    "a browser that has said no",
    {},
    () => vi.stubGlobal("Notification", { permission: "denied" }),
  ],
  ["a browser that cannot", {}, () => Reflect.deleteProperty(window, "PushManager")],
] as const)("nobody is asked with %s", async (_, settings, given) => {
  given();
  const { ask } = notifications(shared({ push: "news", ...settings }));
  await seconds(60);
  await ask();
  expect(asked()).toBeUndefined();
});

test("a page that asks itself is not asked for", async () => {
  const { ask } = notifications(shared({ push: "news", pushAfter: "asked" }));
  await seconds(600);
  expect(asked()).toBeUndefined();
  ask();
  expect(asked()).toBeDefined();
  dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
  expect(asked()).toBeUndefined();
});

test.each(["en", "ru", "uk", "mn"])("the question speaks %s", async (language) => {
  document.documentElement.lang = `${language}-XX`;
  notifications(shared({ push: "news", pushAfter: "asked" })).ask();
  expect(asked()?.querySelector("section")?.lang).toBe(language);
  const words = [...(asked()?.querySelectorAll("h2, p, button") ?? [])].map(
    (one) => one.textContent,
  );
  expect(new Set(words.filter(Boolean)).size).toBe(4);
  await press("button:not(.yes)");
  document.documentElement.lang = "";
});

test("reviews count once each, and are told when the page is left", async () => {
  document.body.innerHTML = "<p class=r>a</p><p class=r>b</p><p class=r>c</p>";
  const [a, b, c] = document.querySelectorAll("p") as unknown as [Element, Element, Element];
  const at = (one: Element, top: number) => {
    one.getBoundingClientRect = () => ({ top, bottom: top + 100 }) as DOMRect;
  };
  at(a, 10);
  at(b, innerHeight + 10);
  at(c, -400);
  watchReviews(shared(), ".r");
  await seconds(1);
  for (const leave of left) leave();
  expect(told).toEqual([]);
  await seconds(1);
  at(b, 100);
  await seconds(5);
  for (const leave of left) leave();
  expect(told).toEqual([["track", "Reviews Read", { product_id: "p1", reviews: 2 }]]);
  await seconds(5);
  for (const leave of left) leave();
  expect(told.length).toBe(1);
});

test("only a pointer that leaves through the top is on its way out", () => {
  const heard = vi.fn();
  document.addEventListener("maracuja:exit", heard);
  watchExit(shared());
  const out = (given: MouseEventInit) =>
    document.dispatchEvent(new MouseEvent("mouseout", { bubbles: true, ...given }));
  out({ clientY: 300 });
  out({ clientY: -1, relatedTarget: document.body });
  expect(told).toEqual([]);
  out({ clientY: -1 });
  out({ clientY: -1 });
  expect(told).toEqual([["track", "Exit Intent", { product_id: "p1" }]]);
  expect(heard).toHaveBeenCalledOnce();
});
