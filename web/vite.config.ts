import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { compression } from "vite-plugin-compression2";

const server = process.env.MARACUJA_SERVER ?? "http://127.0.0.1:8080";
// The host stays: the server lets nobody but pages of its own origin ask for changes.
const ours = { target: server, changeOrigin: false, ws: true };
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const MERGED_BYTES = 40_000; // of source: what several pages share is not cut smaller

/** The app itself is asked for by the page, not first by the script that begins. */
const frameAhead: Plugin = {
  name: "frame-ahead",
  transformIndexHtml: {
    order: "post",
    handler: (_html, { bundle = {} }) =>
      Object.keys(bundle)
        .filter((name) => /^assets\/frame-[^/]*\.js$/.test(name))
        .map((name) => ({
          tag: "link",
          attrs: { rel: "modulepreload", crossorigin: true, href: `/${name}` },
        })),
  },
};

export default defineConfig({
  plugins: [
    react(),
    frameAhead,
    compression({ algorithms: ["brotliCompress"], include: /\.(js|css|svg|json)$/ }),
  ],
  resolve: { alias: { "~": here("src") } },
  build: {
    outDir: here("../src/maracuja/ui/static/app"),
    emptyOutDir: true,
    assetsInlineLimit: 0, // a strict policy lets no data: fonts or scripts in
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Few files: each is a question to the server before a page is ready.
          groups: [
            // What begins must not wait for the frame around all pages, nor it for the pages.
            { name: "start", tags: ["$initial"], priority: 2 },
            { name: "frame", test: /\/src\/app\/main\.tsx$/, priority: 1 },
            {
              name: "shared",
              minShareCount: 2,
              entriesAware: true,
              entriesAwareMergeThreshold: MERGED_BYTES,
            },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": ours, "/v1": ours, "^/report(?!s)": ours } },
});
