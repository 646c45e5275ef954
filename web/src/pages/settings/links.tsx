/** Links that open a chat with the shop, and their QR codes for print. */
import { Anchor, Button, NumberInput, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { api, body } from "~/api/client";
import { Card } from "~/kit/Card";
import { Copied } from "~/kit/Copied";
import { useChannelName } from "~/kit/channels";
import { Empty } from "~/kit/Empty";
import { Query } from "~/kit/Query";
import { Refused } from "~/kit/Refused";
import { type Account, useAccounts } from "./data";
import { SettingsPage } from "./SettingsPage";
import styles from "./settings.module.css";

const CORRECTIONS = ["L", "M", "Q", "H"] as const;
const SIZE_MM = 40;
const STILL_MS = 300;

export function Component() {
  const { t } = useTranslation("settings_data");
  const query = useAccounts();
  return (
    <SettingsPage part="links" ready={query.isSuccess}>
      <Query of={query} rows={8}>
        {({ items }) => {
          const open = items.filter((one) => one.links);
          return open.length ? (
            <Maker of={open} />
          ) : (
            <Card>
              <Empty
                title={t("links.none")}
                action={
                  <Button component={Link} to="/settings/channels">
                    {t("links.toChannels")}
                  </Button>
                }
              >
                {t("links.noneFix")}
              </Empty>
            </Card>
          );
        }}
      </Query>
    </SettingsPage>
  );
}

function Maker({ of }: { of: readonly Account[] }) {
  const { t } = useTranslation("settings_data");
  const called = useChannelName();
  const [params, setParams] = useSearchParams();
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(params);
    value ? next.set(name, value) : next.delete(name);
    setParams(next, { replace: true });
  };
  const channel = params.get("channel") ?? of[0]?.name ?? "";
  const source = params.get("source") ?? "";
  const size = Number(params.get("size")) || SIZE_MM;
  const correction = CORRECTIONS.find((one) => one === params.get("dirt")) ?? "Q";
  return (
    <div className={styles.beside}>
      <Card title={t("links.make")}>
        <div className={styles.fields}>
          <Select
            label={t("links.channel")}
            data={of.map((one) => ({ value: one.name, label: called(one.name) }))}
            value={channel}
            allowDeselect={false}
            onChange={(next) => set("channel", next ?? "")}
          />
          <TextInput
            label={t("links.source")}
            description={t("links.sourceHelp")}
            placeholder="poster-1"
            value={source}
            onChange={(event) => set("source", event.currentTarget.value)}
          />
          <NumberInput
            label={t("links.size")}
            description={t("links.sizeHelp")}
            value={size}
            min={10}
            max={2000}
            onChange={(next) => set("size", String(next))}
          />
          <Select
            label={t("links.dirt")}
            description={t("links.dirtHelp")}
            data={CORRECTIONS.map((one) => ({ value: one, label: t(`links.dirty.${one}`) }))}
            value={correction}
            allowDeselect={false}
            onChange={(next) => set("dirt", next ?? "")}
          />
        </div>
      </Card>
      <Made channel={channel} source={source} size={size} correction={correction} />
    </div>
  );
}

interface MadeProps {
  channel: string;
  source: string;
  size: number;
  correction: string;
}

function Made({ channel, source, size, correction }: MadeProps) {
  const { t } = useTranslation("settings_data");
  const [asked] = useDebouncedValue({ channel, source, size, correction }, STILL_MS);
  const picture = (form: string) => {
    const query = new URLSearchParams({
      form,
      source: asked.source,
      size_mm: String(asked.size),
      correction: asked.correction,
    });
    return `/api/channels/${asked.channel}/link?${query}`;
  };
  const query = useQuery({
    queryKey: ["link", asked.channel, asked.source],
    retry: false,
    queryFn: async () => {
      const found = await body(
        api.GET("/api/channels/{channel}/link", {
          params: { path: { channel: asked.channel }, query: { source: asked.source } },
        }),
      );
      return typeof found === "string" ? found : found.link;
    },
  });
  return (
    <Card title={t("links.made")}>
      {query.error ? (
        <Refused of={query.error} />
      ) : (
        <Query of={query} rows={7}>
          {(found) => (
            <div className={styles.made}>
              <img src={picture("svg")} width={200} height={200} alt={t("links.code")} />
              <Copied text={found} label={t("links.made")} />
              <div className={styles.bar}>
                <Anchor href={picture("svg")} download={`${asked.source || asked.channel}.svg`}>
                  {t("links.svg")}
                </Anchor>
                <Anchor href={picture("png")} download={`${asked.source || asked.channel}.png`}>
                  {t("links.png")}
                </Anchor>
              </div>
              <p className={styles.quiet}>{t("links.try")}</p>
            </div>
          )}
        </Query>
      )}
    </Card>
  );
}
