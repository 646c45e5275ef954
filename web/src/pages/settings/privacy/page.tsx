/** Data and privacy: people's requests with their clocks, erasures, breaches, records, retention. */
import { Tabs } from "@mantine/core";
import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { SettingsPage } from "../SettingsPage";
import { Breaches } from "./Breaches";
import { Erasures } from "./Erasures";
import { Records } from "./Records";
import { Requests } from "./Requests";
import { Retention } from "./Retention";

/** The tabs in their order; each is an address of its own: `?tab=breaches`. */
const TABS: Record<string, ComponentType> = {
  requests: Requests,
  erasures: Erasures,
  breaches: Breaches,
  retention: Retention,
  records: Records,
};

export function Component() {
  const { t } = useTranslation("settings_data");
  const [params, setParams] = useSearchParams();
  const wished = params.get("tab") ?? "";
  const tab = wished in TABS ? wished : "requests";
  return (
    <SettingsPage part="privacy" ready>
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(next) => setParams(next && next !== "requests" ? { tab: next } : {})}
      >
        <Tabs.List style={{ flexWrap: "nowrap", overflowX: "auto" }}>
          {Object.keys(TABS).map((name) => (
            <Tabs.Tab key={name} value={name}>
              {t(`privacy.tab.${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {Object.entries(TABS).map(([name, Body]) => (
          <Tabs.Panel key={name} value={name} pt={16}>
            <Body />
          </Tabs.Panel>
        ))}
      </Tabs>
    </SettingsPage>
  );
}
