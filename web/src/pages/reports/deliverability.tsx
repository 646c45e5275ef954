/** What became of the messages of each channel, side by side. */
import { Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, body, type Schemas } from "~/api/client";
import { share, whole } from "~/app/format";
import { Card } from "~/kit/Card";
import { Channel, useChannelName } from "~/kit/channels";
import { Empty } from "~/kit/Empty";
import { Kpi, Kpis } from "~/kit/Kpi";
import { Page } from "~/kit/Page";
import { Query } from "~/kit/Query";
import { Sparkline } from "~/kit/Sparkline";
import { type Column, Table } from "~/kit/Table";
import { Days, Parts, useDays } from "./Parts";
import styles from "./reports.module.css";

type Results = Schemas["ChannelResults"];
const DAYS = 30;

export function Component() {
  const { t } = useTranslation("reports");
  const [days, choose] = useDays(DAYS);
  const channels = useQuery({
    queryKey: ["reports", "channels", days],
    queryFn: () => body(api.GET("/api/reports/channels", { params: { query: { days } } })),
  });
  return (
    <Page
      title={t("part.deliverability")}
      about={t("deliverability.about")}
      ready={!channels.isPending}
      actions={<Days days={days} offered={[7, DAYS, 90]} onChange={choose} />}
    >
      <Parts />
      <Query of={channels} rows={8}>
        {({ items }) =>
          items.length > 0 ? (
            <Found channels={items} />
          ) : (
            <Card>
              <Empty title={t("deliverability.nothing")}>{t("deliverability.nothingFix")}</Empty>
            </Card>
          )
        }
      </Query>
    </Page>
  );
}

const bad = (one: Results) => one.bounced + one.failed;

function Found({ channels }: { channels: readonly Results[] }) {
  const { t } = useTranslation("reports");
  const sent = channels.reduce((all, one) => all + one.sent, 0);
  const lost = channels.reduce((all, one) => all + bad(one), 0);
  const complaints = channels.filter(({ complained }) => complained !== null);
  const told = complaints.reduce((all, one) => all + one.sent, 0);
  const complained = complaints.reduce((all, one) => all + (one.complained ?? 0), 0);
  return (
    <>
      <Kpis>
        <Kpi
          label={t("sent")}
          value={whole(sent)}
          note={t("deliverability.channels", { count: channels.length })}
        />
        <Kpi
          label={t("deliverability.lost")}
          value={whole(lost)}
          note={t("shareOf", { share: share(lost / sent, 2), n: whole(sent) })}
        />
        {told > 0 ? (
          <Kpi
            label={t("number.complained")}
            value={whole(complained)}
            note={t("shareOf", { share: share(complained / told, 2), n: whole(told) })}
          />
        ) : null}
      </Kpis>
      <Compared channels={channels} />
    </>
  );
}

/** The channels beside each other: counts with their shares of what was sent. */
function Compared({ channels }: { channels: readonly Results[] }) {
  const { t } = useTranslation("reports");
  const name = useChannelName();
  const counted = (
    key: "delivered" | "read" | "clicked" | "replied" | "complained",
    wide = true,
  ): Column<Results> => ({
    key,
    label: t(`number.${key}`),
    number: true,
    wide,
    show: (one) => <Of count={one[key]} sent={one.sent} />,
  });
  const columns: Column<Results>[] = [
    { key: "channel", label: t("channel"), show: (one) => <Channel name={one.channel} /> },
    { key: "sent", label: t("sent"), number: true, show: (one) => whole(one.sent) },
    counted("delivered"),
    {
      key: "bad",
      label: t("deliverability.lost"),
      number: true,
      show: (one) => <Of count={bad(one)} sent={one.sent} digits={2} />,
    },
    counted("read"),
    counted("clicked"),
    counted("replied"),
    counted("complained"),
    {
      key: "days",
      label: t("deliverability.byDay"),
      wide: true,
      show: (one) => (
        <Sparkline
          values={one.days.map(({ sent }) => sent)}
          label={t("deliverability.byDayOf", { channel: name(one.channel) })}
        />
      ),
    },
  ];
  return (
    <Card
      flush
      title={t("deliverability.title")}
      about={t("deliverability.titleAbout")}
      actions={
        <Anchor component={Link} to="/settings/channels" size="xs">
          {t("deliverability.checks")}
        </Anchor>
      }
    >
      <Table
        label={t("deliverability.title")}
        columns={columns}
        rows={channels}
        id={(one) => one.channel}
      />
      <p className={styles.pad}>{t("deliverability.machines")}</p>
    </Card>
  );
}

interface OfProps {
  count: number | null;
  sent: number;
  digits?: number;
}

function Of({ count, sent, digits = 1 }: OfProps) {
  const { t } = useTranslation("reports");
  if (count === null) {
    return <span title={t("why.no_receipts")}>–</span>;
  }
  return (
    <span className={styles.range}>
      {whole(count)}
      <small>{sent > 0 ? share(count / sent, digits) : null}</small>
    </span>
  );
}
