/** Where the people of a campaign went: the way of its messages, who was left out, each arm. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { decimal, minorMoney, share, whole } from "~/app/format";
import { Card } from "~/kit/Card";
import { Funnel, type Step } from "~/kit/Funnel";
import { type Column, Table } from "~/kit/Table";
import { type Arm, peopleOf, type Report } from "./report";
import styles from "./reports.module.css";

const RECEIPTS = [
  "delivered",
  "bounced",
  "read",
  "clicked",
  "replied",
  "unsubscribed",
  "complained",
] as const;

export function Way({ report }: { report: Report }) {
  const { t } = useTranslation("reports");
  const { audience, plan } = report;
  const to = (number: string) => peopleOf(plan.campaign, number);
  const told = report.arms.find(({ held, variant }) => held === "" && variant === "")?.receipts;
  const ofSent = { count: audience.sent, words: t("ofSent") };
  const steps: Step[] = [
    { name: t("number.audience"), count: audience.people, to: to("audience") },
    {
      name: t("number.would_send"),
      count: audience.would_send,
      to: to("would_send"),
      of: { count: audience.people, words: t("ofAudience") },
    },
    {
      name: t("number.sent"),
      count: audience.sent,
      to: to("sent"),
      of: { count: audience.would_send, words: t("ofWould") },
    },
    ...RECEIPTS.flatMap((name): Step[] => {
      const count = told?.[name]?.count;
      return typeof count === "number"
        ? [{ name: t(`number.${name}`), count, to: to(name), of: ofSent }]
        : [];
    }),
    ...(audience.neutral > 0
      ? [{ name: t("number.neutral"), count: audience.neutral, to: to("neutral"), of: ofSent }]
      : []),
  ];
  return (
    <Card title={t("way")} about={t("wayAbout")}>
      <Funnel label={t("way")} steps={steps} />
    </Card>
  );
}

export function LeftOut({ report }: { report: Report }) {
  const { t, i18n } = useTranslation("reports");
  const { audience, plan } = report;
  const rows = Object.entries(audience.left_out).sort((one, other) => other[1] - one[1]);
  const words = (reason: string) => {
    const [code = "", detail = ""] = reason.split(":");
    const key = `campaigns:reason.${code}`;
    const said = i18n.exists(key) ? i18n.t(key) : code.replaceAll("_", " ");
    return detail ? `${said} (${detail.replaceAll("_", " ")})` : said;
  };
  return (
    <Card flush title={t("leftOut")} about={t("leftOutAbout")}>
      <Table
        label={t("leftOut")}
        rows={rows}
        id={([reason]) => reason}
        to={([reason]) => peopleOf(plan.campaign, "left_out", { reason })}
        columns={[
          { key: "why", label: t("reason"), show: ([reason]) => words(reason) },
          {
            key: "people",
            label: t("people"),
            number: true,
            show: ([reason, people]) => (
              <Link to={peopleOf(plan.campaign, "left_out", { reason })}>{whole(people)}</Link>
            ),
          },
        ]}
        empty={<p className={styles.pad}>{t("nobodyLeftOut")}</p>}
      />
    </Card>
  );
}

export function Arms({ report }: { report: Report }) {
  const { t } = useTranslation("reports");
  const { plan } = report;
  const name = ({ held, variant }: Arm) => variant || t(`arm.${held || "sent"}`);
  const of = ({ held, variant }: Arm): Record<string, string> =>
    variant ? { held, variant } : { held };
  const columns: Column<Arm>[] = [
    { key: "arm", label: t("armHead"), show: name },
    {
      key: "people",
      label: t("people"),
      number: true,
      show: (arm) => (
        <Link to={peopleOf(plan.campaign, "would_send", of(arm))}>{whole(arm.orders.people)}</Link>
      ),
    },
    {
      key: "buyers",
      label: t("buyers"),
      number: true,
      show: (arm) => (
        <Link to={peopleOf(plan.campaign, "converted", of(arm))}>{whole(arm.orders.buyers)}</Link>
      ),
    },
    {
      key: "rate",
      label: t("rate"),
      number: true,
      wide: true,
      show: ({ orders }) =>
        orders.conversion_rate === null
          ? "–"
          : t("shareOf", { share: share(orders.conversion_rate, 1), n: whole(orders.people) }),
    },
    {
      key: "average",
      label: t("averageOrder"),
      number: true,
      wide: true,
      show: ({ orders }) =>
        orders.average_order === null ? "–" : minorMoney(orders.average_order, plan.currency),
    },
    {
      key: "time",
      label: t("decisionTime"),
      number: true,
      wide: true,
      show: ({ orders }) =>
        orders.decision_time
          ? t("hours", { n: decimal(orders.decision_time.median_s / 3600, 0) })
          : "–",
    },
  ];
  return (
    <Card flush title={t("arms")} about={t("armsAbout")}>
      <Table
        label={t("arms")}
        columns={columns}
        rows={report.arms}
        id={({ held, variant }) => `${held}/${variant}`}
      />
    </Card>
  );
}
