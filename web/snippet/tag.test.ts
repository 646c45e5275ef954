import { expect, test, vi } from "vitest";

const page = window as unknown as { analytics?: object };

test("a page that is made ready before anybody asked for it is told once it is opened", async () => {
  vi.stubGlobal("fetch", async () => new Response("{}"));
  const script = document.createElement("script");
  script.src = "https://go.shop.example/maracuja.js";
  Object.defineProperty(document, "currentScript", { value: script });
  Object.defineProperty(document, "prerendering", { value: true });
  await import("./tag.ts");
  expect(page.analytics).toBeUndefined();
  document.dispatchEvent(new Event("prerenderingchange"));
  expect(page.analytics).toHaveProperty("consent");
});
