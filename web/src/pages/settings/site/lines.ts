/** What is pasted into the shop's pages, with its own address and key; as docs/snippet.md has it. */

/** Where the key goes, before there is one. */
export const NO_KEY = "mrc_browser_...";

/** The queue for pages that call `analytics` before the script is there, and the script. */
export const snippetLines = (address: string, key: string): string =>
  [
    "<script>window.analytics=window.analytics||new Proxy([],{get:(q,m)=>q[m]||((...a)=>{q.push([m,...a])})})</script>",
    `<script async src="${address}/maracuja.js" data-key="${key}"></script>`,
  ].join("\n");

/** Segment's own library, pointed at this server. */
export const segmentLines = (address: string, key: string): string =>
  [
    'import { AnalyticsBrowser } from "@segment/analytics-next";',
    "",
    `const analytics = AnalyticsBrowser.load({ writeKey: "${key}", cdnURL: "${address}" });`,
  ].join("\n");

export const chatLine = (script: string, key: string): string =>
  `<script src="${script}" data-key="${key}" defer></script>`;
