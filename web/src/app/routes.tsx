/** Every address of the app and the page behind it; code, words and data are loaded side by side. */
import { createBrowserRouter, type RouteObject } from "react-router";
import { Fault } from "~/kit/Fault";
import { Frame } from "./Frame";
import { Gate } from "./Gate";
import { loadWords } from "./words";

interface PageModule {
  Component: React.ComponentType;
}

/** A page: its address, the names of its words, and where its code is. */
function page(
  path: string,
  words: readonly string[],
  load: () => Promise<PageModule>,
): RouteObject {
  return {
    path,
    lazy: async () => {
      const [module] = await Promise.all([load(), loadWords(words)]);
      return { Component: module.Component };
    },
  };
}

/** The audience of a campaign is said in the words of people. */
const CAMPAIGN = ["campaigns", "people"];
/** Why somebody was left out is said in the words of campaigns. */
const REPORT = ["reports", "campaigns"];

const DATA = ["settings", "settings_data"];
const CHANNEL = ["settings", "settings_channels"];
const PAGES: RouteObject[] = [
  page("/", ["overview", "demo"], () => import("~/pages/overview/page")),
  page("/calendar", ["campaigns"], () => import("~/pages/calendar/page")),
  page("/campaigns", ["campaigns"], () => import("~/pages/campaigns/page")),
  page("/campaigns/new", CAMPAIGN, () => import("~/pages/campaigns/edit")),
  page("/campaigns/:name", ["campaigns"], () => import("~/pages/campaigns/one")),
  page("/campaigns/:name/edit", CAMPAIGN, () => import("~/pages/campaigns/edit")),
  page("/campaigns/:name/dry-run", ["campaigns"], () => import("~/pages/campaigns/left_out")),
  page("/people", ["people"], () => import("~/pages/people/page")),
  page("/people/:pid", ["people"], () => import("~/pages/people/person")),
  page("/segments", ["segments"], () => import("~/pages/segments/page")),
  page("/segments/new", ["segments", "people"], () => import("~/pages/segments/edit")),
  page("/segments/:name", ["segments", "people"], () => import("~/pages/segments/edit")),
  page("/templates", ["templates"], () => import("~/pages/templates/page")),
  page("/templates/new", ["templates"], () => import("~/pages/templates/edit")),
  page("/templates/:name", ["templates"], () => import("~/pages/templates/edit")),
  page("/replies/:number?", ["replies", "people"], () => import("~/pages/replies/page")),
  page("/shop", [], () => import("~/pages/shop/page")),
  page("/shop/bonuses", ["shop"], () => import("~/pages/shop/bonuses")),
  page("/shop/coupons", ["shop"], () => import("~/pages/shop/coupons")),
  page("/shop/feeds", ["shop"], () => import("~/pages/shop/feeds")),
  page("/shop/outlets", ["shop"], () => import("~/pages/shop/outlets")),
  page("/shop/products", ["shop"], () => import("~/pages/shop/products")),
  page("/shop/spend", ["shop"], () => import("~/pages/shop/spend")),
  page("/reports", ["reports"], () => import("~/pages/reports/page")),
  page("/reports/claims", ["reports"], () => import("~/pages/reports/claims")),
  page("/reports/cohorts", ["reports"], () => import("~/pages/reports/cohorts")),
  page("/reports/deliverability", ["reports"], () => import("~/pages/reports/deliverability")),
  page("/reports/funnel", ["reports"], () => import("~/pages/reports/funnel")),
  page("/reports/quality", ["reports"], () => import("~/pages/reports/quality")),
  page("/reports/:campaign", REPORT, () => import("~/pages/reports/campaign")),
  page("/reports/:campaign/people", REPORT, () => import("~/pages/reports/people")),
  page("/settings", ["settings"], () => import("~/pages/settings/page")),
  page("/settings/shop", ["settings"], () => import("~/pages/settings/shop")),
  page("/settings/channels", CHANNEL, () => import("~/pages/settings/channels/page")),
  page(
    "/settings/channels/*",
    [...CHANNEL, "settings_engineers"],
    () => import("~/pages/settings/channels/one"),
  ),
  page("/settings/keys", ["settings"], () => import("~/pages/settings/keys")),
  page("/settings/team", ["settings"], () => import("~/pages/settings/team/page")),
  page("/settings/me", ["settings"], () => import("~/pages/settings/me")),
  page("/settings/audit", [...DATA, "audit"], () => import("~/pages/settings/audit")),
  page("/settings/exports", DATA, () => import("~/pages/settings/files/exports")),
  page("/settings/goals", DATA, () => import("~/pages/settings/meaning/goals")),
  page("/settings/imports", DATA, () => import("~/pages/settings/files/imports")),
  page("/settings/imports/:id", DATA, () => import("~/pages/settings/files/one")),
  page("/settings/links", DATA, () => import("~/pages/settings/links")),
  page("/settings/privacy", DATA, () => import("~/pages/settings/privacy/page")),
  page("/settings/refused", DATA, () => import("~/pages/settings/refused")),
  page(
    "/settings/site",
    ["settings", "settings_site"],
    () => import("~/pages/settings/site/page"),
  ),
  page("/settings/topics", DATA, () => import("~/pages/settings/meaning/topics")),
  page("/settings/webhooks", DATA, () => import("~/pages/settings/hooks/page")),
];

const OUTSIDE: RouteObject[] = [
  page("/login", ["login"], () => import("~/pages/login/page")),
  page("/first-run", ["first_run", "demo"], () => import("~/pages/first_run/page")),
  page("/second-factor", ["login", "settings"], () => import("~/pages/login/factor")),
  page("/enter", ["login"], () => import("~/pages/login/enter")),
  page("/join", ["login"], () => import("~/pages/login/join")),
];

export const makeRouter = () =>
  createBrowserRouter([
    {
      element: <Gate />,
      errorElement: <Fault />,
      hydrateFallbackElement: <div />,
      children: [
        {
          element: <Frame />,
          errorElement: <Fault />,
          children: [...PAGES, page("*", [], () => import("~/pages/nowhere/page"))],
        },
      ],
    },
    { errorElement: <Fault />, hydrateFallbackElement: <div />, children: OUTSIDE },
  ]);
