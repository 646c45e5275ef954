/** The shop's site: the lines for its pages with a key of its own, and whether they are heard. */
import { Anchor, Button, Stack, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { api, body, type Schemas } from "~/api/client";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Copied } from "~/kit/Copied";
import { Empty } from "~/kit/Empty";
import { Note } from "~/kit/Note";
import { Query } from "~/kit/Query";
import { SettingsPage } from "../SettingsPage";
import styles from "../settings.module.css";
import { Heard } from "./Heard";
import { useSiteKey } from "./key";
import { chatLine, NO_KEY, segmentLines, snippetLines } from "./lines";

type Site = Schemas["SiteShown"];
const WAYS = ["snippet", "segment", "chat"] as const;
type Way = (typeof WAYS)[number];
/** As the calls of each name themselves. */
const LIBRARY = { snippet: "maracuja.js", segment: "analytics.js" } as const;
const LOOK_MS = 3_000;

export function Component() {
  const query = useQuery({
    queryKey: ["site"],
    queryFn: () => body(api.GET("/api/settings/site")),
    refetchInterval: LOOK_MS,
  });
  return (
    <SettingsPage part="site" ready={query.isSuccess}>
      <Query of={query} rows={8}>
        {(site) => (
          <>
            <Ways of={site} />
            <Collects />
          </>
        )}
      </Query>
    </SettingsPage>
  );
}

function Ways({ of }: { of: Site }) {
  const { t } = useTranslation("settings_site");
  const [params, setParams] = useSearchParams();
  const way: Way = WAYS.find((one) => one === params.get("way")) ?? "snippet";
  const { key, make, making } = useSiteKey();
  const may = useMay("settings");
  return (
    <Card title={t("lines")} about={t("linesAbout")}>
      <Tabs
        value={way}
        keepMounted={false}
        onChange={(next) => setParams(next && next !== "snippet" ? { way: next } : {})}
      >
        <Tabs.List style={{ flexWrap: "nowrap", overflowX: "auto" }} mb={16}>
          {WAYS.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t(`way.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={way}>
          {way === "chat" && !of.chat ? (
            <Empty
              title={t("noChat")}
              action={
                <Button component={Link} to="/settings/channels/web_chat">
                  {t("toChat")}
                </Button>
              }
            >
              {t("noChatFix")}
            </Empty>
          ) : (
            <Stack gap={14}>
              <p>{t(`about.${way}`)}</p>
              {key || !may ? null : (
                <div className={styles.bar}>
                  <Button loading={making} onClick={make}>
                    {t("makeKey")}
                  </Button>
                  <span className={styles.quiet}>{t("makeKeyAbout")}</span>
                </div>
              )}
              <Copied text={linesOf(way, of, key ?? NO_KEY)} label={t("lines")} />
              <Heard at={way === "chat" ? of.chatted : (of.heard[LIBRARY[way]] ?? null)} />
            </Stack>
          )}
        </Tabs.Panel>
      </Tabs>
    </Card>
  );
}

function linesOf(way: Way, of: Site, key: string): string {
  switch (way) {
    case "snippet":
      return snippetLines(of.address, key);
    case "segment":
      return segmentLines(of.address, key);
    case "chat":
      return chatLine(of.chat, key);
  }
}

const COLLECTED = ["pages", "products", "dwell", "orders", "around"] as const;

/** What the snippet tells of a visitor, and from when on. */
function Collects() {
  const { t } = useTranslation("settings_site");
  return (
    <Card title={t("collects")} about={t("collectsAbout")}>
      <Stack gap={14}>
        <Note title={t("consent")}>{t("consentAbout")}</Note>
        <Copied text={"analytics.consent(true)"} label={t("consent")} />
        <ul className={styles.points}>
          {COLLECTED.map((one) => (
            <li key={one}>{t(`collected.${one}`)}</li>
          ))}
        </ul>
        <p className={styles.quiet}>
          {t("refusedAbout")}{" "}
          <Anchor component={Link} to="/settings/refused">
            {t("toRefused")}
          </Anchor>
        </p>
      </Stack>
    </Card>
  );
}
