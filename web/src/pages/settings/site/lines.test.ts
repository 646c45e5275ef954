import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { chatLine, segmentLines, snippetLines } from "./lines";

const docs = (name: string) => readFileSync(`../docs/${name}.md`, "utf-8");

test("the lines are those that the documentation gives", () => {
  const [address, key] = ["https://go.shop.example", "mrc_browser_..."];
  expect(docs("snippet")).toContain(snippetLines(address, key));
  expect(docs("snippet")).toContain(segmentLines(address, key));
  expect(docs("web_chat")).toContain(chatLine(`${address}/w/web_chat/main.js`, key));
});
