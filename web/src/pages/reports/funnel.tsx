/** How far people come on the way to an order, and what those do who turn back. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, body, type Schemas } from "~/api/client";
import { share, whole } from "~/app/format";
import { Card } from "~/kit/Card";
import { Empty } from "~/kit/Empty";
import { Funnel } from "~/kit/Funnel";
import { Page } from "~/kit/Page";
import { Query } from "~/kit/Query";
import { Table } from "~/kit/Table";
import { Days, Parts, useDays } from "./Parts";
import styles from "./reports.module.css";

type Step = Schemas["FunnelStep"];
type Left = Schemas["LeftAt"];
const DAYS = 30;

export function Component() {
  const { t } = useTranslation("reports");
  const [days, choose] = useDays(DAYS);
  const steps = useQuery({
    queryKey: ["reports", "funnel", days],
    queryFn: () => body(api.GET("/api/facts/funnel", { params: { query: { days } } })),
  });
  const left = useQuery({
    queryKey: ["reports", "left", days],
    queryFn: () => body(api.GET("/api/facts/next", { params: { query: { days } } })),
  });
  return (
    <Page
      title={t("part.funnel")}
      about={t("funnel.about")}
      ready={!steps.isPending && !left.isPending}
      actions={<Days days={days} offered={[7, DAYS, 90]} onChange={choose} />}
    >
      <Parts />
      <Query of={steps} rows={5}>
        {({ items }) => <Way steps={items} days={days} />}
      </Query>
      <Query of={left} rows={8}>
        {({ items }) => items.map((one) => <TurnedBack key={one.step} of={one} />)}
      </Query>
    </Page>
  );
}

/** Those who did this or a later step, as a condition of the list of people. */
function peopleOf(steps: readonly Step[], days: number): string {
  const any = steps.map(({ event }) => ({ event, within: `${days} days` }));
  return `/people?${new URLSearchParams({ where: JSON.stringify([{ any }]) })}`;
}

function Way({ steps, days }: { steps: readonly Step[]; days: number }) {
  const { t } = useTranslation("reports");
  const sent = steps.filter((step) => step.sent);
  if (sent.length === 0) {
    return (
      <Card>
        <Empty title={t("funnel.nothing")}>{t("funnel.nothingFix")}</Empty>
      </Card>
    );
  }
  const missing = steps.filter((step) => !step.sent);
  return (
    <Card title={t("funnel.way")} about={t("funnel.wayAbout")}>
      <Funnel
        label={t("funnel.way")}
        steps={sent.map((step, n) => {
          const before = sent[n - 1];
          return {
            name: t(`funnel.step.${step.step}`, { defaultValue: step.event }),
            count: step.people,
            to: peopleOf(sent.slice(n), days),
            ...(before ? { of: { count: before.people, words: t("funnel.ofBefore") } } : {}),
          };
        })}
      />
      {missing.length > 0 ? (
        <p className={styles.note}>
          {t("funnel.missing", { events: missing.map(({ event }) => event).join(", ") })}
        </p>
      ) : null}
    </Card>
  );
}

function TurnedBack({ of }: { of: Left }) {
  const { t } = useTranslation("reports");
  const step = t(`funnel.step.${of.step}`, { defaultValue: of.step });
  const known = of.outcomes.reduce((all, one) => all + one.times, 0);
  return (
    <Card
      flush
      title={t("funnel.left", { step })}
      about={t("funnel.leftAbout", {
        count: of.times,
        n: whole(of.times),
        early: whole(of.too_early),
      })}
    >
      <Table
        label={t("funnel.left", { step })}
        rows={of.outcomes}
        id={(one) => one.outcome}
        columns={[
          {
            key: "outcome",
            label: t("funnel.then"),
            show: (one) => t(`funnel.outcome.${one.outcome}`),
          },
          {
            key: "times",
            label: t("funnel.visits"),
            number: true,
            show: (one) => whole(one.times),
          },
          {
            key: "share",
            label: t("funnel.share"),
            number: true,
            show: (one) => t("shareOf", { share: share(one.share, 0), n: whole(known) }),
          },
          {
            key: "days",
            label: t("funnel.days"),
            number: true,
            wide: true,
            show: (one) => (one.days === null ? "–" : t("days", { count: Math.round(one.days) })),
          },
        ]}
      />
      {of.step === "added" ? (
        <p className={styles.pad}>
          <Link to="/campaigns/new">{t("funnel.cart")}</Link>
        </p>
      ) : null}
    </Card>
  );
}
