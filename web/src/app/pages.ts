/** Every address of the app and where the code and the words of the page behind it are. */

interface PageModule {
  Component: React.ComponentType;
}

/** The address of now: what stands in it for `:name`, `*` and the like, and what follows its `?`. */
interface Address {
  parts: Readonly<Record<string, string>>;
  search: URLSearchParams;
  /** Of whoever reads. */
  language: string;
}

/** A page: its address as routes write it, the names of its words, its code. */
export interface Place {
  path: string;
  words: readonly string[];
  load: () => Promise<PageModule>;
  /** What it asks the server first of all, word for word; a test looks that nothing is asked in vain. */
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

const defined = (kind: string, name = "") => `/api/definitions/${kind}/${name}`;
const definitions = (kind: string) => `/api/definitions?kind=${kind}&limit=1000`;
const shelf = (label: string, words: string, archived: boolean) =>
  `/api/shelf?label=${label}&words=${words}&archived=${archived}&limit=1000`;
const segments = (language: string) => `/api/segments?limit=1000&language=${language}`;

/** What follows the `?` under this name, as it is written in another address. */
const given = (search: URLSearchParams, name: string, otherwise: string | number = "") =>
  encodeURIComponent(search.get(name) || otherwise);

/** What a step of a campaign asks beside the campaign. */
const STEPS: Readonly<Record<string, (name: string) => readonly string[]>> = {
  who: () => [definitions("topic")],
  what: () => [definitions("template")],
  goal: () => [definitions("goal"), definitions("coupons")],
  review: (name) => ["check", "advice"].map((what) => `/api/campaigns/${name}/${what}?limit=100`),
};
/** What a tab of a profile asks beside the person, and a tab of privacy. */
const OF_PERSON: Readonly<Record<string, (pid: string, language: string) => readonly string[]>> = {
  consents: () => [definitions("topic")],
  decisions: (pid, language) => [
    "/api/suggestions/names",
    `/api/people/${pid}/why?language=${language}`,
  ],
  rest: (pid) => [
    definitions("topic"),
    ...["", "/silenced"].map((what) => `/api/holds/people/${pid}${what}?limit=1000`),
  ],
};
const OF_PRIVACY: Readonly<Record<string, string>> = {
  breaches: "/api/law/breaches?limit=1000",
  erasures: "/api/rights/erasures?limit=1000",
  retention: "/api/law/retention?limit=100",
  requests: "/api/rights?every=false&limit=1000",
};

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
  place(
    "/campaigns",
    ["campaigns"],
    () => import("~/pages/campaigns/page"),
    ({ search }) => [
      shelf(given(search, "label"), given(search, "words"), search.get("archived") === "yes"),
      "/api/sending",
      definitions("topic"),
    ],
  ),
  place("/campaigns/new", CAMPAIGN, () => import("~/pages/campaigns/edit")),
  place(
    "/campaigns/:name",
    ["campaigns"],
    () => import("~/pages/campaigns/one"),
    ({ parts: { name }, language }) => [
      `/api/campaigns/${name}`,
      defined("campaign", name),
      `/api/campaigns/${name}/notes`,
      shelf("", "", true),
      "/api/sending",
      segments(language),
      ...["template", "topic", "goal"].map(definitions),
    ],
  ),
  place(
    "/campaigns/:name/edit",
    CAMPAIGN,
    () => import("~/pages/campaigns/edit"),
    ({ parts: { name = "" }, search }) => [
      defined("campaign", name),
      ...(STEPS[search.get("step") ?? "who"]?.(name) ?? []),
    ],
  ),
  place(
    "/campaigns/:name/dry-run",
    ["campaigns"],
    () => import("~/pages/campaigns/left_out"),
    ({ parts, search }) => {
      const left = `outcome=${given(search, "outcome")}&reason=${given(search, "reason")}`;
      return search.has("reason")
        ? [`/api/campaigns/${parts.name}/dry-run/people?${left}&limit=50&after=`]
        : [];
    },
  ),
  place(
    "/people",
    ["people"],
    () => import("~/pages/people/page"),
    () => ["/api/suggestions/names"],
  ),
  place(
    "/people/:pid",
    ["people"],
    () => import("~/pages/people/person"),
    ({ parts: { pid = "" }, search, language }) => [
      `/api/people/${pid}`,
      `/api/people/${pid}/wishes`,
      ...(OF_PERSON[search.get("tab") ?? ""]?.(pid, language) ?? []),
    ],
  ),
  place(
    "/segments",
    ["segments"],
    () => import("~/pages/segments/page"),
    ({ language }) => [`/api/segments?language=${language}&limit=1000`],
  ),
  place("/segments/new", ["segments", "people"], () => import("~/pages/segments/edit")),
  place(
    "/segments/:name",
    ["segments", "people"],
    () => import("~/pages/segments/edit"),
    ({ parts: { name }, language }) => [
      defined("segment", name),
      `/api/segments?language=${language}&limit=1000`,
    ],
  ),
  place(
    "/templates",
    ["templates"],
    () => import("~/pages/templates/page"),
    () => ["/api/definitions?kind=template&limit=500"],
  ),
  place("/templates/new", ["templates"], () => import("~/pages/templates/edit")),
  place(
    "/templates/:name",
    ["templates"],
    () => import("~/pages/templates/edit"),
    ({ parts: { name } }) => [defined("template", name)],
  ),
  place(
    "/replies/:number?",
    ["replies", "people"],
    () => import("~/pages/replies/page"),
    ({ parts: { number }, search }) => [
      ...(number ? [`/v1/conversations/${number}?before=${2 ** 31 - 1}&limit=50`] : []),
      ...(search.size ? [] : ["/v1/conversations?limit=50&after=&state=open"]),
    ],
  ),
  place("/shop", [], () => import("~/pages/shop/page")),
  place("/shop/bonuses", ["shop"], () => import("~/pages/shop/bonuses")),
  place(
    "/shop/coupons",
    ["shop"],
    () => import("~/pages/shop/coupons"),
    () => ["/v1/shop/coupons?limit=1000"],
  ),
  place(
    "/shop/feeds",
    ["shop"],
    () => import("~/pages/shop/feeds"),
    () => ["/api/feeds?limit=1000"],
  ),
  place(
    "/shop/outlets",
    ["shop"],
    () => import("~/pages/shop/outlets"),
    () => ["/v1/shop/outlets?limit=1000"],
  ),
  place(
    "/shop/products",
    ["shop"],
    () => import("~/pages/shop/products"),
    ({ search }) => {
      const asked = `words=${given(search, "q")}&category=${given(search, "category")}`;
      const gone = search.get("gone") === "1";
      return ["/api/products/categories", `/api/products?limit=50&after=&${asked}&gone=${gone}`];
    },
  ),
  place("/shop/spend", ["shop"], () => import("~/pages/shop/spend")),
  place(
    "/reports",
    ["reports"],
    () => import("~/pages/reports/page"),
    ({ search }) => [`/api/reports?days=${given(search, "days", 90)}`],
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
  place(
    "/reports/deliverability",
    ["reports"],
    () => import("~/pages/reports/deliverability"),
    ({ search }) => [`/api/reports/channels?days=${given(search, "days", 30)}`],
  ),
  place(
    "/reports/funnel",
    ["reports"],
    () => import("~/pages/reports/funnel"),
    ({ search }) =>
      ["next", "funnel"].map((what) => `/api/facts/${what}?days=${given(search, "days", 30)}`),
  ),
  place(
    "/reports/quality",
    ["reports"],
    () => import("~/pages/reports/quality"),
    () => ["/api/facts/quality?limit=200"],
  ),
  place(
    "/reports/:campaign",
    REPORT,
    () => import("~/pages/reports/campaign"),
    ({ parts, search }) => [
      `/api/campaigns/${parts.campaign}/report?goal=${given(search, "goal")}`,
    ],
  ),
  place(
    "/reports/:campaign/people",
    REPORT,
    () => import("~/pages/reports/people"),
    ({ parts, search }) => {
      const narrowed = ["variant", "held", "reason", "channel"]
        .filter((one) => search.has(one))
        .map((one) => `&${one}=${given(search, one)}`);
      const number = given(search, "number", "audience") + narrowed.join("");
      return [`/api/campaigns/${parts.campaign}/people?number=${number}&limit=50&after=`];
    },
  ),
  place("/settings", ["settings"], () => import("~/pages/settings/page")),
  place(
    "/settings/shop",
    ["settings"],
    () => import("~/pages/settings/shop"),
    () => ["/api/settings?limit=100"],
  ),
  place(
    "/settings/channels",
    CHANNEL,
    () => import("~/pages/settings/channels/page"),
    () => ["/api/settings/channels?limit=1000", "/api/channels?limit=1000"],
  ),
  place(
    "/settings/channels/*",
    [...CHANNEL, "settings_engineers"],
    () => import("~/pages/settings/channels/one"),
    ({ parts }) => [
      "/api/channels?limit=1000",
      `/api/settings/channels/${parts["*"]}`,
      definitions("topic"),
    ],
  ),
  place(
    "/settings/keys",
    ["settings"],
    () => import("~/pages/settings/keys"),
    () => ["/api/keys?limit=1000"],
  ),
  place(
    "/settings/team",
    ["settings"],
    () => import("~/pages/settings/team/page"),
    () => ["/api/team?limit=1000", "/api/team/rules"],
  ),
  place(
    "/settings/me",
    ["settings"],
    () => import("~/pages/settings/me"),
    () => ["/api/session/places?limit=100"],
  ),
  place(
    "/settings/audit",
    [...DATA, "audit"],
    () => import("~/pages/settings/audit"),
    ({ search }) => {
      const asked = ["actor", "action", "subject"].map((one) => `${one}=${given(search, one)}`);
      return [
        "/api/team?limit=1000",
        `/api/audit?${asked.join("&")}&limit=50&after=`,
        ...(search.has("line") ? [`/api/audit/${given(search, "line")}`] : []),
      ];
    },
  ),
  place(
    "/settings/exports",
    DATA,
    () => import("~/pages/settings/files/exports"),
    () => ["/api/exports?limit=100"],
  ),
  place(
    "/settings/goals",
    DATA,
    () => import("~/pages/settings/meaning/goals"),
    () => [definitions("goal")],
  ),
  place(
    "/settings/imports",
    DATA,
    () => import("~/pages/settings/files/imports"),
    () => ["/api/imports?limit=1000"],
  ),
  place("/settings/imports/:id", DATA, () => import("~/pages/settings/files/one")),
  place(
    "/settings/links",
    DATA,
    () => import("~/pages/settings/links"),
    () => ["/api/settings/channels?limit=1000"],
  ),
  place(
    "/settings/privacy",
    DATA,
    () => import("~/pages/settings/privacy/page"),
    ({ search }) => {
      const asked = OF_PRIVACY[search.get("tab") ?? "requests"];
      return asked ? [asked] : [];
    },
  ),
  place(
    "/settings/refused",
    DATA,
    () => import("~/pages/settings/refused"),
    ({ search }) => [
      "/api/events/refused/counts",
      `/api/events/refused?every=${search.get("every") === "1"}&limit=50&after=`,
    ],
  ),
  place(
    "/settings/site",
    ["settings", "settings_site"],
    () => import("~/pages/settings/site/page"),
    () => ["/api/settings/site", "/api/keys?limit=1000"],
  ),
  place(
    "/settings/topics",
    DATA,
    () => import("~/pages/settings/meaning/topics"),
    () => [definitions("topic")],
  ),
  place(
    "/settings/webhooks",
    DATA,
    () => import("~/pages/settings/hooks/page"),
    () => ["/api/inbound?limit=1000", "/api/outbound?limit=1000", definitions("inbound")],
  ),
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
export function placeAt(
  { pathname, search }: Pick<Location, "pathname" | "search">,
  language: string,
) {
  for (const place of [...PAGES, ...OUTSIDE]) {
    const parts = partsOf(place.path, pathname);
    if (parts) {
      return { place, at: { parts, search: new URLSearchParams(search), language } };
    }
  }
  return { place: NOWHERE, at: { parts: {}, search: new URLSearchParams(search), language } };
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
    const found = there[n];
    if (part === "*") {
      parts[part] = there.slice(n).join("/");
    } else if (part.startsWith(":") && found !== undefined) {
      parts[part.replace(/[:?]/g, "")] = found;
    } else if (!part.endsWith("?") && part !== found) {
      return null;
    }
  }
  return parts;
}
