import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { compression } from "vite-plugin-compression2";

const server = process.env.MARACUJA_SERVER ?? "http://127.0.0.1:8080";
// The host stays: the server lets nobody but pages of its own origin ask for changes.
const ours = { target: server, changeOrigin: false, ws: true };
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const FRAME = /\/src\/(app\/main|pages\/nowhere\/page)\.tsx$/; // and all that they need
const EDITOR = /codemirror|lezer|style-mod|w3c-keyname|marijn/; // large, and on few pages

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
          // Few files, for each is a question to the server, and none that needs itself by way of
          // another. What begins must wait neither for the frame around all pages nor for them.
          groups: [
            { name: "start", tags: ["$initial"], priority: 3 },
            { name: "frame", test: FRAME, priority: 2 },
            // With what many pages share comes all that it needs: as many share that.
            { name: "kit", test: (id) => !EDITOR.test(id), minShareCount: 5, priority: 1 },
            { name: "shared", minShareCount: 2, entriesAware: true },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": ours, "/v1": ours, "^/report(?!s)": ours } },
});
