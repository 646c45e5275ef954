/** Builds the snippet: one script for the tag, and one that it loads when it is needed. */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build, defineConfig, type InlineConfig, type Plugin } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const outDir = here("../../src/maracuja/ui/static/snippet");

/** Scripts are packed once, here, and not with each answer. */
const packed: Plugin = {
  name: "packed",
  closeBundle() {
    for (const file of readdirSync(outDir).filter((name) => name.endsWith(".js"))) {
      const plain = readFileSync(`${outDir}/${file}`);
      writeFileSync(`${outDir}/${file}.br`, brotliCompressSync(plain));
      writeFileSync(`${outDir}/${file}.gz`, gzipSync(plain, { level: 9 }));
    }
  },
};

const script = (
  entry: string,
  file: string,
  format: "es" | "iife",
  late: string,
): InlineConfig => ({
  configFile: false,
  root: here("."),
  logLevel: "warn",
  define: { __LATE__: JSON.stringify(late) },
  build: {
    outDir,
    emptyOutDir: format === "es",
    target: "es2022",
    lib: { entry: here(entry), formats: [format], name: "maracuja" },
    rolldownOptions: { output: { entryFileNames: file } },
  },
});

export default defineConfig(async () => {
  await build(script("late.ts", "late-[hash].js", "es", ""));
  const [late] = readdirSync(outDir);
  const core = script("tag.ts", "maracuja.js", "iife", late ?? "");
  return { ...core, plugins: [packed] };
});
