/** Starts the snippet where its tag stands, once the page is really opened. */

import { start } from "./core.ts";

const tag = document.currentScript as HTMLScriptElement;
if (document.prerendering) {
  document.addEventListener("prerenderingchange", () => start(tag), { once: true });
} else start(tag);
