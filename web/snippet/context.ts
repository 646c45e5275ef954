/** What a page tells with each call: itself, the campaign that led here, the browser's device. */

import type { Fields } from "./calls.ts";

/** A page without the part behind #, which is the page's own affair. */
export const address = (): string => location.href.split("#")[0] as string;

/** `utm_` parameters as Segment names them: utm_campaign is the campaign's name. */
export const campaign = (search: string): Fields | undefined => {
  const found: Fields = {};
  new URLSearchParams(search).forEach((value, name) => {
    const [, what] = name.split("utm_");
    if (what && value) found[what === "campaign" ? "name" : what] = value;
  });
  return Object.keys(found).length ? found : undefined;
};

/** mobile, tablet or desktop; iPads say that they are Macs, but no Mac has a touch screen. */
export const device = (agent: string, touches: number): string => {
  const tablet = /iPad|Tablet|Android(?!.*Mobi)/.test(agent);
  if (tablet || (/Macintosh/.test(agent) && touches > 1)) return "tablet";
  return /Mobi/.test(agent) ? "mobile" : "desktop";
};

/** The page as Segment's clients tell it; `referrer` is where the visitor came from. */
export const page = (referrer: string): Fields => ({
  path: location.pathname,
  referrer,
  search: location.search,
  title: document.title,
  url: address(),
});

/** All of it, as `context` of a call. */
export const context = (referrer: string): Fields => ({
  page: page(referrer),
  campaign: campaign(location.search),
  device: { type: device(navigator.userAgent, navigator.maxTouchPoints) },
  locale: navigator.language,
  timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  library: { name: "maracuja.js" },
});
