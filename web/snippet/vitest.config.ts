/** The snippet's logic is tested in jsdom; what needs a browser, in tests/acceptance. */

import { defineConfig } from "vitest/config";

export default defineConfig({
  define: { __LATE__: '"late.js"' },
  test: { root: import.meta.dirname, environment: "jsdom", include: ["*.test.ts"] },
});
