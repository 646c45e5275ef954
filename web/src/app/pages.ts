/** Every address of the app and where the code and the words of the page behind it are. */

interface PageModule {
  Component: React.ComponentType;
}

/** The address of now: what stands in it for `:name` and the like, and what follows its `?`. */
interface Address {
  parts: Readonly<Record<string, string>>;
  search: URLSearchParams;
}

/** A page: its address as routes write it, the names of its words, its code. */
export interface Place {
  path: string;
  words: readonly string[];
  load: () => Promise<PageModule>;
  /** What it asks the server first of all, word for word; left out where that is soon answered. */
  asks: (at: Address) => readonly string[];
}

function place(
  path: string,
  words: readonly string[],
  load: Place["load"],
  asks: Place["asks"] = () => [],
): Place {
  return { path, words, load, asks };
}

const defined =
  (kind: string): Place["asks"] =>
  ({ parts }) => [`/api/definitions/${kind}/${parts.name}`];

/** The audience of a campaign is said in the words of people. */
const CAMPAIGN = ["campaigns", "people"];
/** Why somebody was left out is said in the words of campaigns. */
const REPORT = ["reports", "campaigns"];

const DATA = ["settings", "settings_data"];
const CHANNEL = ["settings", "settings_channels"];
/** The pages within the frame. */
export const PAGES: readonly Place[] = [
  place(
    "/",
    ["overview", "demo"],
    () => import("~/pages/overview/page"),
    () => ["/api/overview"],
  ),
  place("/calendar", ["campaigns"], () => import("~/pages/calendar/page")),
  place("/campaigns", ["campaigns"], () => import("~/pages/campaigns/page")),
  place("/campaigns/new", CAMPAIGN, () => import("~/pages/campaigns/edit")),
  place(
    "/campaigns/:name",
    ["campaigns"],
    () => import("~/pages/campaigns/one"),
    ({ parts }) => [`/api/campaigns/${parts.name}`],
  ),
  place(
    "/campaigns/:name/edit",
    CAMPAIGN,
    () => import("~/pages/campaigns/edit"),
    defined("campaign"),
  ),
  place(
    "/campaigns/:name/dry-run",
    ["campaigns"],
    () => import("~/pages/campaigns/left_out"),
    ({ parts, search }) => {
      const left = `outcome=${search.get("outcome")}&reason=${search.get("reason")}`;
      return search.has("reason")
        ? [`/api/campaigns/${parts.name}/dry-run/people?${left}&limit=50&after=`]
        : [];
    },
  ),
  place("/people", ["people"], () => import("~/pages/people/page")),
  place(
    "/people/:pid",
    ["people"],
    () => import("~/pages/people/person"),
    ({ parts }) => [`/api/people/${parts.pid}`],
  ),
  place("/segments", ["segments"], () => import("~/pages/segments/page")),
  place("/segments/new", ["segments", "people"], () => import("~/pages/segments/edit")),
  place(
    "/segments/:name",
    ["segments", "people"],
    () => import("~/pages/segments/edit"),
    defined("segment"),
  ),
  place("/templates", ["templates"], () => import("~/pages/templates/page")),
  place("/templates/new", ["templates"], () => import("~/pages/templates/edit")),
  place(
    "/templates/:name",
    ["templates"],
    () => import("~/pages/templates/edit"),
    defined("template"),
  ),
  place("/replies/:number?", ["replies", "people"], () => import("~/pages/replies/page")),
  place("/shop", [], () => import("~/pages/shop/page")),
  place("/shop/bonuses", ["shop"], () => import("~/pages/shop/bonuses")),
  place("/shop/coupons", ["shop"], () => import("~/pages/shop/coupons")),
  place("/shop/feeds", ["shop"], () => import("~/pages/shop/feeds")),
  place("/shop/outlets", ["shop"], () => import("~/pages/shop/outlets")),
  place("/shop/products", ["shop"], () => import("~/pages/shop/products")),
  place("/shop/spend", ["shop"], () => import("~/pages/shop/spend")),
  place(
    "/reports",
    ["reports"],
    () => import("~/pages/reports/page"),
    ({ search }) => [`/api/reports?days=${search.get("days") ?? 90}`],
  ),
  place(
    "/reports/claims",
    ["reports"],
    () => import("~/pages/reports/claims"),
    () => ["/api/claims"],
  ),
  place(
    "/reports/cohorts",
    ["reports"],
    () => import("~/pages/reports/cohorts"),
    () => ["/api/facts/cohorts?months=12"],
  ),
  place("/reports/deliverability", ["reports"], () => import("~/pages/reports/deliverability")),
  place(
    "/reports/funnel",
    ["reports"],
    () => import("~/pages/reports/funnel"),
    ({ search }) => [`/api/facts/next?days=${search.get("days") ?? 30}`],
  ),
  place("/reports/quality", ["reports"], () => import("~/pages/reports/quality")),
  place(
    "/reports/:campaign",
    REPORT,
    () => import("~/pages/reports/campaign"),
    ({ parts, search }) => [
      `/api/campaigns/${parts.campaign}/report?goal=${search.get("goal") ?? ""}`,
    ],
  ),
  place("/reports/:campaign/people", REPORT, () => import("~/pages/reports/people")),
  place("/settings", ["settings"], () => import("~/pages/settings/page")),
  place("/settings/shop", ["settings"], () => import("~/pages/settings/shop")),
  place("/settings/channels", CHANNEL, () => import("~/pages/settings/channels/page")),
  place(
    "/settings/channels/*",
    [...CHANNEL, "settings_engineers"],
    () => import("~/pages/settings/channels/one"),
  ),
  place("/settings/keys", ["settings"], () => import("~/pages/settings/keys")),
  place("/settings/team", ["settings"], () => import("~/pages/settings/team/page")),
  place("/settings/me", ["settings"], () => import("~/pages/settings/me")),
  place("/settings/audit", [...DATA, "audit"], () => import("~/pages/settings/audit")),
  place("/settings/exports", DATA, () => import("~/pages/settings/files/exports")),
  place("/settings/goals", DATA, () => import("~/pages/settings/meaning/goals")),
  place("/settings/imports", DATA, () => import("~/pages/settings/files/imports")),
  place("/settings/imports/:id", DATA, () => import("~/pages/settings/files/one")),
  place("/settings/links", DATA, () => import("~/pages/settings/links")),
  place("/settings/privacy", DATA, () => import("~/pages/settings/privacy/page")),
  place("/settings/refused", DATA, () => import("~/pages/settings/refused")),
  place(
    "/settings/site",
    ["settings", "settings_site"],
    () => import("~/pages/settings/site/page"),
  ),
  place("/settings/topics", DATA, () => import("~/pages/settings/meaning/topics")),
  place("/settings/webhooks", DATA, () => import("~/pages/settings/hooks/page")),
];

/** The pages for whoever is not let in yet. */
export const OUTSIDE: readonly Place[] = [
  place("/login", ["login"], () => import("~/pages/login/page")),
  place("/first-run", ["first_run", "demo"], () => import("~/pages/first_run/page")),
  place("/second-factor", ["login", "settings"], () => import("~/pages/login/factor")),
  place("/enter", ["login"], () => import("~/pages/login/enter")),
  place("/join", ["login"], () => import("~/pages/login/join")),
];

/** Where there is nothing. */
export const NOWHERE = place("*", [], () => import("~/pages/nowhere/page"));

/** The page at an address, and what the address says; of two pages the one that stands first. */
export function placeAt({ pathname, search }: Pick<Location, "pathname" | "search">) {
  for (const place of [...PAGES, ...OUTSIDE]) {
    const parts = partsOf(place.path, pathname);
    if (parts) {
      return { place, at: { parts, search: new URLSearchParams(search) } };
    }
  }
  return { place: NOWHERE, at: { parts: {}, search: new URLSearchParams() } };
}

/** What stands at `:name` in an address of this shape; null for another one. */
function partsOf(path: string, pathname: string): Record<string, string> | null {
  const wanted = path.split("/").filter(Boolean);
  const there = pathname.split("/").filter(Boolean);
  if (there.length > wanted.length && wanted.at(-1) !== "*") {
    return null;
  }
  const parts: Record<string, string> = {};
  for (const [n, part] of wanted.entries()) {
    const given = there[n];
    if (part.startsWith(":") && given !== undefined) {
      parts[part.replace(/[:?]/g, "")] = given;
    } else if (part !== "*" && !part.endsWith("?") && part !== given) {
      return null;
    }
  }
  return parts;
}
