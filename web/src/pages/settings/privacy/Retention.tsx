/** For how long each kind of data is kept, by which rule, and the oldest there is. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, body } from "~/api/client";
import { day } from "~/app/format";
import { Card } from "~/kit/Card";
import { Query } from "~/kit/Query";
import { Table } from "~/kit/Table";

export function Retention() {
  const { t, i18n } = useTranslation("settings_data");
  const query = useQuery({
    queryKey: ["privacy", "retention"],
    queryFn: () => body(api.GET("/api/law/retention", { params: { query: { limit: 100 } } })),
  });
  const named = (kind: string) =>
    i18n.exists(`settings_data:kept.${kind}`) ? t(`kept.${kind}`) : kind;
  return (
    <Card flush title={t("retention.title")} about={t("retention.about")}>
      <Query of={query} rows={8}>
        {({ items }) => (
          <Table
            label={t("retention.title")}
            rows={items}
            id={(row) => row.kind}
            columns={[
              { key: "kind", label: t("retention.kind"), show: (row) => named(row.kind) },
              {
                key: "days",
                label: t("retention.days"),
                show: (row) =>
                  row.days ? t("retention.for", { count: row.days }) : t("retention.ever"),
              },
              {
                key: "oldest",
                label: t("retention.oldest"),
                show: (row) => (row.oldest ? day(row.oldest) : "–"),
              },
              { key: "by", label: t("retention.by"), wide: true, show: (row) => row.by },
            ]}
          />
        )}
      </Query>
    </Card>
  );
}
