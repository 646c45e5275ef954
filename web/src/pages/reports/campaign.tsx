/** What one campaign was worth: the finding first, then everything that it stands on. */
import { Anchor } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router";
import { day, minorMoney, share, signed, whole } from "~/app/format";
import { useMember } from "~/app/session";
import { Card } from "~/kit/Card";
import { Finding } from "~/kit/Finding";
import { Kpi, Kpis } from "~/kit/Kpi";
import { Page } from "~/kit/Page";
import { Query } from "~/kit/Query";
import { Actions } from "./Actions";
import { CascadeTold, Clicks, Polls, Tested, Wear } from "./Beside";
import { Breakdowns, Effects, Variants } from "./Effects";
import { Arms, LeftOut, Way } from "./Numbers";
import { Ends } from "./Parts";
import { extraOf, findingOf, isTrusted, peopleOf, type Report, readReport } from "./report";
import styles from "./reports.module.css";
import { Notes, Verdict } from "./Verdict";

export function Component() {
  const { t } = useTranslation("reports");
  const { campaign = "" } = useParams();
  const [params] = useSearchParams();
  const { shop } = useMember();
  const goal = params.get("goal") ?? "";
  const report = useQuery({
    queryKey: ["reports", "campaign", campaign, goal],
    queryFn: () => readReport(campaign, goal),
  });
  const found = report.data;
  const on = (us: number) => day(us / 1000, shop.time_zone);
  return (
    <Page
      title={found?.plan.name || campaign}
      above={
        <Anchor component={Link} to="/reports" size="xs">
          {t("title")}
        </Anchor>
      }
      about={
        found
          ? t("reportAbout", {
              from: on(found.plan.started_us),
              to: on(found.plan.closes_us),
              n: whole(found.audience.people),
              goal: found.plan.goal,
            })
          : null
      }
      ready={!report.isPending}
      actions={found ? <Actions report={found} goal={goal} /> : null}
    >
      <Query of={report} rows={14}>
        {(one) => <Found report={one} />}
      </Query>
    </Page>
  );
}

function Found({ report }: { report: Report }) {
  return (
    <>
      <Verdict report={report} />
      <Notes notes={report.notes} />
      <Sums report={report} />
      {report.experiment ? <Tested of={report.experiment} /> : null}
      <Effects report={report} />
      <Variants report={report} />
      <div className={styles.halves}>
        <Way report={report} />
        <LeftOut report={report} />
      </div>
      {report.cascade ? <CascadeTold of={report.cascade} report={report} /> : null}
      <Arms report={report} />
      <Breakdowns report={report} />
      <Clicks report={report} />
      <Polls report={report} />
      <Wear report={report} />
      <Trust report={report} />
    </>
  );
}

function Sums({ report }: { report: Report }) {
  const { t } = useTranslation("reports");
  const { plan, primary, final, audience } = report;
  const money = (value: number) => minorMoney(value, plan.currency);
  const trusted = isTrusted(report);
  const orders = extraOf(primary.conversions, final);
  const revenue = extraOf(primary.revenue, final);
  const all = report.arms.find(({ held, variant }) => held === "" && variant === "");
  const left = all?.receipts.unsubscribed;
  const figure = (value: number | null, show: (value: number) => string) =>
    value === null || !trusted ? "–" : show(value);
  return (
    <Kpis>
      <Kpi
        label={t("sent")}
        value={whole(audience.sent)}
        note={t("held", { n: whole(audience.held_campaign + audience.held_global) })}
        to={peopleOf(plan.campaign, "sent")}
      />
      <Kpi
        label={t("extraOrders")}
        value={figure(orders.value, signed)}
        verdict={trusted ? <Finding of={report.verdict.finding} /> : null}
        note={trusted ? <Ends of={orders} show={signed} /> : null}
        to={peopleOf(plan.campaign, "converted")}
      />
      <Kpi
        label={t("extraRevenue")}
        value={figure(revenue.value, money)}
        verdict={trusted ? <Finding of={findingOf(revenue)} /> : null}
        note={trusted ? <Ends of={revenue} show={money} /> : null}
      />
      <Kpi
        label={t("number.unsubscribed")}
        value={typeof left?.count === "number" ? whole(left.count) : "–"}
        note={
          typeof left?.value === "number"
            ? t("shareOf", { share: share(left.value, 2), n: whole(left.of) })
            : null
        }
        to={peopleOf(plan.campaign, "unsubscribed")}
      />
    </Kpis>
  );
}

/** Whether the draw gave the arms the sizes they have, and how all this was reckoned. */
function Trust({ report }: { report: Report }) {
  const { t } = useTranslation("reports");
  return (
    <Card title={t("trust")}>
      {isTrusted(report) ? (
        <p className={styles.trust}>
          <IconCircleCheck size={18} aria-hidden /> {t("ratioGood")}
        </p>
      ) : null}
      <p className={styles.method}>{t("method")}</p>
    </Card>
  );
}
