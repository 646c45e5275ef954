/** How each channel did in the last 24 hours, and how fresh the data are. */
import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schemas } from "~/api/client";
import { ago, whole } from "~/app/format";
import { Card } from "~/kit/Card";
import { Channel } from "~/kit/channels";
import { Pill, type Tone } from "~/kit/Pill";
import { type Column, Table } from "~/kit/Table";
import styles from "./overview.module.css";

type Health = Schemas["ChannelHealth"];

/** How a channel does, in one word: its code in the words, and its tone. */
export function stateOf(one: Health): { code: string; tone: Tone } {
  if (one.paused) {
    return { code: "paused", tone: "bad" };
  }
  if (one.reason || (one.failed > 0 && one.failed * 10 >= one.sent)) {
    return { code: "trouble", tone: "warn" };
  }
  return one.last_success ? { code: "works", tone: "good" } : { code: "unused", tone: "calm" };
}

interface ChannelsProps {
  channels: readonly Health[];
  freshness: Schemas["Freshness"];
}

export function Channels({ channels, freshness }: ChannelsProps) {
  const { t } = useTranslation("overview");
  const ours = channels.filter((one) => one.set_up);
  const columns: Column<Health>[] = [
    { key: "channel", label: t("channel"), show: (one) => <Channel name={one.channel} /> },
    {
      key: "state",
      label: t("state"),
      show: (one) => {
        const { code, tone } = stateOf(one);
        return <Pill tone={tone}>{t(`health.${code}`)}</Pill>;
      },
    },
    { key: "sent", label: t("sentToday"), number: true, show: (one) => whole(one.sent) },
    {
      key: "last",
      label: t("lastSuccess"),
      wide: true,
      show: (one) => (one.last_success ? ago(one.last_success) : "–"),
    },
  ];
  return (
    <Card
      flush
      title={t("channels")}
      about={
        freshness.last_event ? t("fresh", { when: ago(freshness.last_event) }) : t("noEvents")
      }
      actions={
        <Anchor component={Link} to="/settings/channels" size="xs">
          {t("setUp")}
        </Anchor>
      }
    >
      <Table
        label={t("channels")}
        columns={columns}
        rows={ours}
        id={(one) => one.channel}
        empty={<p className={styles.pad}>{t("noChannel")}</p>}
      />
      {freshness.waiting > 0 ? (
        <p className={styles.pad}>{t("waiting", { count: freshness.waiting })}</p>
      ) : null}
    </Card>
  );
}
