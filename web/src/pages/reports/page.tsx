/** What each campaign has changed, and what they add up to. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, body, type Schemas } from "~/api/client";
import { minorMoney, signed, whole } from "~/app/format";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Empty } from "~/kit/Empty";
import { Finding } from "~/kit/Finding";
import { Kpi, Kpis } from "~/kit/Kpi";
import { LiftChart } from "~/kit/LiftChart";
import { Page } from "~/kit/Page";
import { Query } from "~/kit/Query";
import { type Column, Table } from "~/kit/Table";
import { Days, Ends, Parts, useDays } from "./Parts";
import { drawn, findingOf } from "./report";
import styles from "./reports.module.css";

type Worth = Schemas["Worth"];
type Campaign = Schemas["CampaignWorth"];
type Span = Schemas["Span"];

const DAYS = 90;

export function Component() {
  const { t } = useTranslation("reports");
  const [days, choose] = useDays(DAYS);
  const worth = useQuery({
    queryKey: ["reports", days],
    queryFn: () => body(api.GET("/api/reports", { params: { query: { days } } })),
  });
  return (
    <Page
      title={t("title")}
      about={t("about")}
      ready={!worth.isPending}
      actions={<Days days={days} offered={[30, DAYS, 365]} onChange={choose} />}
    >
      <Parts />
      <Query of={worth} rows={10}>
        {(found) => (found.campaigns.length > 0 ? <Found worth={found} /> : <Nothing />)}
      </Query>
    </Page>
  );
}

function Nothing() {
  const { t } = useTranslation("reports");
  const mayWrite = useMay("content");
  return (
    <Card>
      <Empty
        title={t("nothing")}
        action={
          mayWrite ? (
            <Button component={Link} to="/campaigns/new">
              {t("newCampaign")}
            </Button>
          ) : null
        }
      >
        {t("nothingFix")}
      </Empty>
    </Card>
  );
}

function Found({ worth }: { worth: Worth }) {
  const { t } = useTranslation("reports");
  const money = (value: number) => minorMoney(value, worth.currency);
  const rows = worth.campaigns.map((one) => ({
    name: one.name || one.campaign,
    to: `/reports/${one.campaign}`,
    interval: { ...one.conversions, p: null, reason: null },
  }));
  const { lifts } = drawn(rows);
  return (
    <>
      <Kpis>
        <Kpi
          label={t("extraOrders")}
          value={figure(worth.conversions, signed)}
          verdict={<Finding of={worth.finding} />}
          note={<Ends of={worth.conversions} show={signed} />}
        />
        <Kpi
          label={t("extraRevenue")}
          value={figure(worth.revenue, money)}
          verdict={<Finding of={findingOf({ ...worth.revenue, p: null, reason: null })} />}
          note={<Ends of={worth.revenue} show={money} />}
        />
        <Kpi
          label={t("wrote")}
          value={whole(worth.campaigns.reduce((all, one) => all + one.sent, 0))}
          note={t("campaigns", { count: worth.campaigns.length })}
        />
      </Kpis>
      {lifts.length > 0 ? (
        <Card title={t(`said.${worth.finding}`)} about={t("byCampaignAbout")}>
          <LiftChart lifts={lifts} label={t("byCampaign")} show={signed} tick={signed} />
        </Card>
      ) : null}
      <Each worth={worth} />
    </>
  );
}

function Each({ worth }: { worth: Worth }) {
  const { t } = useTranslation("reports");
  const silent = Object.keys(worth.unmeasured);
  const range = (span: Span, show: (value: number) => string) => (
    <span className={styles.range} title={span.reason ? t(`why.${span.reason}`) : undefined}>
      {figure(span, show)}
      <small>
        {span.low === null || span.high === null ? null : `${show(span.low)} … ${show(span.high)}`}
      </small>
    </span>
  );
  const columns: Column<Campaign>[] = [
    {
      key: "campaign",
      label: t("campaign"),
      show: (one) => (
        <span className={styles.named}>
          <Link to={`/reports/${one.campaign}`}>{one.name || one.campaign}</Link>
          <small>{one.goal}</small>
        </span>
      ),
    },
    { key: "sent", label: t("sent"), number: true, wide: true, show: (one) => whole(one.sent) },
    {
      key: "orders",
      label: t("extraOrders"),
      number: true,
      show: (one) => range(one.conversions, signed),
    },
    {
      key: "revenue",
      label: t("extraRevenue"),
      number: true,
      wide: true,
      show: (one) => range(one.revenue, (value) => minorMoney(value, worth.currency)),
    },
    { key: "finding", label: t("verdictHead"), show: (one) => <Finding of={one.finding} /> },
  ];
  return (
    <Card flush title={t("byCampaign")}>
      <Table
        label={t("byCampaign")}
        columns={columns}
        rows={worth.campaigns}
        id={(one) => one.campaign}
        to={(one) => `/reports/${one.campaign}`}
      />
      {silent.length > 0 ? (
        <p className={styles.pad}>
          {t("silent", { count: silent.length, names: silent.join(", ") })}
        </p>
      ) : null}
    </Card>
  );
}

const figure = (span: Span, show: (value: number) => string) =>
  span.value === null ? "–" : show(span.value);
