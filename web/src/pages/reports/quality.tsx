/** How far what is known of people can be relied upon, trait by trait. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, body, type Schemas } from "~/api/client";
import { share, whole } from "~/app/format";
import { Card } from "~/kit/Card";
import { Empty } from "~/kit/Empty";
import { Page } from "~/kit/Page";
import { Query } from "~/kit/Query";
import { type Column, Table } from "~/kit/Table";
import { Parts } from "./Parts";
import styles from "./reports.module.css";

type Trait = Schemas["TraitQuality"];

export function Component() {
  const { t } = useTranslation("reports");
  const traits = useQuery({
    queryKey: ["reports", "quality"],
    queryFn: () => body(api.GET("/api/facts/quality", { params: { query: { limit: 200 } } })),
  });
  return (
    <Page title={t("part.quality")} about={t("quality.about")} ready={!traits.isPending}>
      <Parts />
      <Query of={traits} rows={10}>
        {({ items }) =>
          items.length > 0 ? (
            <Traits traits={items} />
          ) : (
            <Card>
              <Empty title={t("quality.nothing")}>{t("quality.nothingFix")}</Empty>
            </Card>
          )
        }
      </Query>
    </Page>
  );
}

const known = (trait: string) =>
  `/people?${new URLSearchParams({ where: JSON.stringify([{ trait, known: true }]) })}`;

function Traits({ traits }: { traits: readonly Trait[] }) {
  const { t } = useTranslation("reports");
  const part = (count: number | null, of: number) => (
    <span className={styles.range}>
      {count === null ? "–" : whole(count)}
      <small>{count === null || of === 0 ? null : share(count / of, 0)}</small>
    </span>
  );
  const columns: Column<Trait>[] = [
    { key: "trait", label: t("quality.trait"), show: (one) => one.name.replaceAll("_", " ") },
    {
      key: "known",
      label: t("quality.known"),
      number: true,
      show: (one) => <Link to={known(one.name)}>{part(one.known, one.people)}</Link>,
    },
    {
      key: "implausible",
      label: t("quality.implausible"),
      number: true,
      show: (one) => part(one.implausible, one.known),
    },
    {
      key: "conflicting",
      label: t("quality.conflicting"),
      number: true,
      show: (one) => part(one.conflicting, one.known),
    },
    {
      key: "expired",
      label: t("quality.expired"),
      number: true,
      wide: true,
      show: (one) => part(one.expired, one.known),
    },
    {
      key: "age",
      label: t("quality.age"),
      number: true,
      wide: true,
      show: (one) =>
        one.median_days === null ? "–" : t("days", { count: Math.round(one.median_days) }),
    },
    {
      key: "sources",
      label: t("quality.sources"),
      wide: true,
      show: (one) => Object.keys(one.sources).join(", ") || "–",
    },
  ];
  return (
    <Card flush title={t("quality.title")} about={t("quality.titleAbout")}>
      <Table label={t("quality.title")} columns={columns} rows={traits} id={(one) => one.name} />
    </Card>
  );
}
