/** What talking to customers was worth this week, and what needs somebody. */
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
import { Beginning } from "~/pages/demo/Beginning";
import { useDemoShop } from "~/pages/demo/data";
import { Making } from "~/pages/demo/Making";
import { Shown } from "~/pages/demo/Shown";
import { Attention } from "./Attention";
import { Channels } from "./Channels";
import { Checklist } from "./Checklist";
import styles from "./overview.module.css";

type Overview = Schemas["OverviewPage"];
type Worth = NonNullable<Overview["worth"]>;
type Span = Worth["conversions"];

export function Component() {
  const { t } = useTranslation("overview");
  const overview = useQuery({
    queryKey: ["overview"],
    queryFn: () => body(api.GET("/api/overview")),
    refetchInterval: 60_000,
  });
  const mayWrite = useMay("content");
  return (
    <Page
      title={overview.data?.shop ?? t("title")}
      about={overview.data ? t("about", { n: whole(overview.data.people) }) : null}
      ready={!overview.isPending}
      actions={
        mayWrite ? (
          <Button component={Link} to="/campaigns/new">
            {t("newCampaign")}
          </Button>
        ) : null
      }
    >
      <Query of={overview} rows={12}>
        {(found) => <Found found={found} />}
      </Query>
    </Page>
  );
}

function Found({ found }: { found: Overview }) {
  const { people, campaign } = found.checklist;
  return (
    <>
      {found.demo ? <Shown /> : people || campaign ? null : <EmptyShop />}
      {found.checklist.done ? null : <Checklist of={found.checklist} />}
      <WorthOf worth={found.worth} />
      <div className={styles.halves}>
        <Attention matters={found.attention} />
        <Channels channels={found.channels} freshness={found.freshness} />
      </div>
    </>
  );
}

/** Nobody is there yet: two ways to begin, or the demo shop as it grows. */
function EmptyShop() {
  const { t } = useTranslation("demo");
  const { data: demo } = useDemoShop();
  const mayBegin = useMay("data");
  if (demo?.state === "making") {
    return <Making of={demo} />;
  }
  return mayBegin ? (
    <Card title={t("begin")} about={t("beginAbout")}>
      <Beginning />
    </Card>
  ) : null;
}

function WorthOf({ worth }: { worth: Overview["worth"] }) {
  const { t } = useTranslation("overview");
  const mayWrite = useMay("content");
  if (!worth || worth.campaigns.length === 0) {
    return (
      <Card>
        <Empty
          title={t(worth ? "quietWeek" : "noCampaign")}
          action={
            mayWrite ? (
              <Button component={Link} to="/campaigns/new">
                {t("newCampaign")}
              </Button>
            ) : null
          }
        >
          {t(worth ? "quietWeekFix" : "noCampaignFix")}
        </Empty>
      </Card>
    );
  }
  const money = (value: number) => minorMoney(value, worth.currency);
  return (
    <>
      <Kpis>
        <Kpi
          label={t("extraOrders")}
          value={figure(worth.conversions, signed)}
          verdict={<Finding of={worth.finding} />}
          note={<Interval of={worth.conversions} show={signed} />}
          to="/reports"
        />
        <Kpi
          label={t("extraRevenue")}
          value={figure(worth.revenue, money)}
          verdict={<Finding of={findingOf(worth.revenue)} />}
          note={<Interval of={worth.revenue} show={money} />}
          to="/reports"
        />
        <Kpi
          label={t("wrote")}
          value={whole(worth.campaigns.reduce((all, one) => all + one.sent, 0))}
          note={t("campaigns", { count: worth.campaigns.length })}
          to="/campaigns"
        />
      </Kpis>
      <Card title={t(`said.${worth.finding}`)} about={t("byCampaignAbout")}>
        <ByCampaign worth={worth} />
      </Card>
    </>
  );
}

function ByCampaign({ worth }: { worth: Worth }) {
  const { t } = useTranslation("overview");
  const lifts = worth.campaigns.flatMap(({ campaign, name, conversions: span }) =>
    span.value === null || span.low === null || span.high === null
      ? []
      : [
          {
            name: name || campaign,
            to: `/reports/${campaign}`,
            effect: span.value,
            low: span.low,
            high: span.high,
          },
        ],
  );
  const silent = worth.campaigns.length - lifts.length + Object.keys(worth.unmeasured).length;
  return (
    <>
      {lifts.length ? (
        <LiftChart lifts={lifts} label={t("byCampaign")} show={signed} tick={signed} />
      ) : null}
      {silent ? <p className={styles.note}>{t("silent", { count: silent })}</p> : null}
    </>
  );
}

const figure = (span: Span, show: (value: number) => string) =>
  span.value === null ? "–" : show(span.value);

interface IntervalProps {
  of: Span;
  show: (value: number) => string;
}

function Interval({ of, show }: IntervalProps) {
  const { t } = useTranslation("overview");
  return of.low === null || of.high === null
    ? t("noInterval")
    : t("interval", { low: show(of.low), high: show(of.high) });
}

/** Money is proven, or lost, where its own interval says so. */
function findingOf({ low, high }: Span) {
  return low !== null && low > 0 ? "proven" : high !== null && high < 0 ? "harmful" : "not_yet";
}
