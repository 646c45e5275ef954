/** What a report tells besides its finding: the cascade, clicks, polls, the test, wear-out. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { change, decimal, minorMoney, moment, share, whole } from "~/app/format";
import { useMember } from "~/app/session";
import { Card } from "~/kit/Card";
import { Channel, useChannelName } from "~/kit/channels";
import { Kpi, Kpis } from "~/kit/Kpi";
import { type Column, Table } from "~/kit/Table";
import { Lifts } from "./Effects";
import { peopleOf, type Report } from "./report";
import styles from "./reports.module.css";

type Cascade = NonNullable<Report["cascade"]>;
type Experiment = NonNullable<Report["experiment"]>;

const told = (count: number | null) => (count === null ? "–" : whole(count));

export function CascadeTold({ of, report }: { of: Cascade; report: Report }) {
  const { t } = useTranslation("reports");
  const channel = useChannelName();
  const money = (value: number) => minorMoney(value, report.plan.currency);
  const count = (key: "sent" | "delivered" | "read" | "clicked" | "failed" | "fell_back") => ({
    key,
    label: t(`step.${key}`),
    number: true,
    wide: key !== "sent" && key !== "clicked",
    show: (one: Cascade["channels"][number]) => told(one[key]),
  });
  const columns: Column<Cascade["channels"][number]>[] = [
    { key: "channel", label: t("channel"), show: ({ channel: name }) => <Channel name={name} /> },
    count("sent"),
    count("delivered"),
    count("read"),
    count("clicked"),
    count("failed"),
    count("fell_back"),
    { key: "goals", label: t("step.goals"), number: true, show: (one) => whole(one.goals) },
    {
      key: "cost",
      label: t("step.cost"),
      number: true,
      wide: true,
      show: (one) => money(one.cost),
    },
  ];
  const saved = {
    cost: money(of.cost),
    alone: channel(of.alone),
    alone_cost: money(of.alone_cost),
  };
  return (
    <Card flush title={t("cascade")} about={t("cascadeAbout")}>
      <Table
        label={t("cascade")}
        columns={columns}
        rows={of.channels}
        id={(one) => one.channel}
        to={(one) => peopleOf(report.plan.campaign, "sent", { channel: one.channel })}
      />
      <p className={styles.pad}>
        {of.alone_cost === 0
          ? t("cascadeFree")
          : t(of.saved > 0 ? "cascadeSaved" : "cascadeSpent", {
              ...saved,
              saved: money(of.saved),
            })}
      </p>
    </Card>
  );
}

export function Clicks({ report }: { report: Report }) {
  const { t } = useTranslation("reports");
  const { after_click: rows, plan } = report;
  if (rows.length === 0) {
    return null;
  }
  return (
    <Card flush title={t("clicks")} about={t("clicksAbout")}>
      <Table
        label={t("clicks")}
        rows={rows}
        id={(one) => one.channel}
        columns={[
          { key: "channel", label: t("channel"), show: (one) => <Channel name={one.channel} /> },
          {
            key: "clickers",
            label: t("clickers"),
            number: true,
            show: (one) => (
              <Link to={peopleOf(plan.campaign, "clicked", { channel: one.channel })}>
                {whole(one.clickers)}
              </Link>
            ),
          },
          {
            key: "buyers",
            label: t("buyers"),
            number: true,
            show: (one) => told(one.buyers.count),
          },
          {
            key: "orders",
            label: t("orders"),
            number: true,
            wide: true,
            show: (one) => whole(one.orders),
          },
          {
            key: "revenue",
            label: t("revenue"),
            number: true,
            wide: true,
            show: (one) => minorMoney(one.revenue, plan.currency),
          },
          {
            key: "time",
            label: t("untilOrder"),
            number: true,
            wide: true,
            show: (one) =>
              one.median_s === null ? "–" : t("hours", { n: decimal(one.median_s / 3600, 0) }),
          },
        ]}
      />
    </Card>
  );
}

export function Polls({ report }: { report: Report }) {
  const { t } = useTranslation("reports");
  return report.polls.map((poll) => {
    const most = Math.max(1, ...poll.answers.map(({ people }) => people));
    return (
      <Card
        key={poll.poll}
        title={t("poll", { name: poll.poll.replaceAll("_", " ") })}
        about={t(poll.multiple ? "pollMultiple" : "pollAbout", {
          count: poll.people,
          n: whole(poll.people),
        })}
      >
        <ul className={styles.bars}>
          {poll.answers.map(({ answer, people }) => (
            <li key={answer}>
              <span>{answer}</span>
              <span className={styles.bar} style={{ width: `${(people / most) * 100}%` }} />
              <span className="number">{whole(people)}</span>
            </li>
          ))}
        </ul>
      </Card>
    );
  });
}

/** How the test of variants stands, look by look. */
export function Tested({ of }: { of: Experiment }) {
  const { t } = useTranslation("reports");
  const { shop } = useMember();
  const { planned, looks } = of;
  const last = looks.at(-1);
  const at = (us: number) => moment(us / 1000, shop.time_zone);
  return (
    <Card
      title={t("experiment")}
      about={t(`standing.${of.standing}`, { winner: of.winner, chosen: of.chosen })}
    >
      <Kpis>
        <Kpi
          label={t("information")}
          value={share(of.information, 0)}
          note={t("informationOf", { n: whole(planned.plan.people * planned.plan.arms) })}
        />
        <Kpi
          label={t("shows")}
          value={change(planned.plan.lift)}
          note={t("power", { share: share(planned.plan.power, 0) })}
        />
        <Kpi
          label={t("waitingFor")}
          value={whole(of.waiting)}
          note={of.rolled_us ? t("rolled", { chosen: of.chosen, at: at(of.rolled_us) }) : null}
        />
      </Kpis>
      {last && last.verdict.pairs.length > 0 ? (
        <>
          <p className={styles.note}>{t("lookAt", { look: last.look, at: at(last.at_us) })}</p>
          <Lifts
            label={t("experiment")}
            rows={last.verdict.pairs.map(({ arm, other, lift }) => ({
              name: t("against", { arm, other }),
              interval: lift,
            }))}
          />
        </>
      ) : null}
    </Card>
  );
}

export function Wear({ report }: { report: Report }) {
  const { t } = useTranslation("reports");
  const { wear_out: wear } = report;
  if (!wear) {
    return null;
  }
  return (
    <Card
      title={t("wear", { name: wear.name })}
      about={t(`wearSaid.${wear.wear}`, { n: wear.gone_after ?? 0 })}
    >
      <Lifts
        label={t("wear", { name: wear.name })}
        rows={wear.exposures.map(({ time, lift }) => ({
          name: t("time", { n: time }),
          interval: lift,
        }))}
      />
    </Card>
  );
}
