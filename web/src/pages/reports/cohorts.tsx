/** Who came back in the months after a first order. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, body, type Schemas } from "~/api/client";
import { share, whole } from "~/app/format";
import { momentsIn } from "~/app/writers";
import { Card } from "~/kit/Card";
import { Empty } from "~/kit/Empty";
import { Page } from "~/kit/Page";
import { Query } from "~/kit/Query";
import { Sideways } from "~/kit/Sideways";
import { Parts } from "./Parts";
import styles from "./reports.module.css";

type Cohort = Schemas["Cohort"];
const MONTHS = 12;

export function Component() {
  const { t } = useTranslation("reports");
  const cohorts = useQuery({
    queryKey: ["reports", "cohorts"],
    queryFn: () => body(api.GET("/api/facts/cohorts", { params: { query: { months: MONTHS } } })),
  });
  return (
    <Page title={t("part.cohorts")} about={t("cohorts.about")} ready={!cohorts.isPending}>
      <Parts />
      <Query of={cohorts} rows={8}>
        {({ items }) =>
          items.length > 0 ? (
            <Grid cohorts={items} />
          ) : (
            <Card>
              <Empty title={t("cohorts.nothing")}>{t("cohorts.nothingFix")}</Empty>
            </Card>
          )
        }
      </Query>
    </Page>
  );
}

/** The people whose first order was in this month (2026-05), as a condition of the list. */
function firstOrderIn(month: string): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const day = (at: number) => new Date(at).toISOString().slice(0, 10);
  const before = day(Date.UTC(year, number - 1, 0));
  const next = day(Date.UTC(year, number, 1));
  const where = [
    { fact: "first_order", after: `${before}T23:59` },
    { fact: "first_order", before: next },
  ];
  return `/people?${new URLSearchParams({ where: JSON.stringify(where) })}`;
}

function Grid({ cohorts }: { cohorts: readonly Cohort[] }) {
  const { t, i18n } = useTranslation("reports");
  const longest = Math.max(...cohorts.map(({ months }) => months.length));
  const name = (month: string) =>
    i18n.language === "mn"
      ? month
      : momentsIn(i18n.language, {
          month: "short",
          year: "numeric",
          timeZone: "UTC",
        }).format(new Date(`${month}-01T00:00Z`));
  const highest = Math.max(
    ...cohorts.flatMap(({ months }) =>
      months.filter(({ after }) => after > 0).map(({ retention }) => retention),
    ),
    0.01,
  );
  return (
    <Card title={t("cohorts.title")} about={t("cohorts.titleAbout")}>
      <Sideways label={t("cohorts.title")}>
        <table className={`${styles.cohorts} number`} aria-label={t("cohorts.title")}>
          <thead>
            <tr>
              <th scope="col">{t("cohorts.first")}</th>
              <th scope="col">{t("people")}</th>
              {Array.from({ length: longest - 1 }, (_, n) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the month after is its number
                <th key={n} scope="col">
                  {t("cohorts.after", { n: n + 1 })}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {cohorts.map(({ month, people, months }) => (
              <tr key={month}>
                <th scope="row">{name(month)}</th>
                <td>
                  <Link to={firstOrderIn(month)}>{whole(people)}</Link>
                </td>
                {months
                  .filter(({ after }) => after > 0)
                  .map(({ after, retention, people: back, complete }) => (
                    <td
                      key={after}
                      data-open={complete ? undefined : ""}
                      title={t(complete ? "cohorts.back" : "cohorts.backOpen", {
                        n: whole(back),
                        all: whole(people),
                      })}
                      style={{
                        background: `color-mix(in srgb, var(--accent) ${Math.round((retention / highest) * 32)}%, var(--surface))`,
                      }}
                    >
                      {share(retention, 0)}
                    </td>
                  ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Sideways>
      <p className={styles.note}>{t("cohorts.open")}</p>
    </Card>
  );
}
