/** What a trial found or an import came to: taken, new, and what was refused and why. */
import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "~/api/client";
import { whole } from "~/app/format";
import { Card } from "~/kit/Card";
import { Kpi, Kpis } from "~/kit/Kpi";
import { Note } from "~/kit/Note";
import { Table } from "~/kit/Table";

interface FoundProps {
  of: Schemas["Imported"];
  id: string;
  title: string;
  /** It was written; else it was only tried. */
  done?: boolean;
}

export function Found({ of, id, title, done }: FoundProps) {
  const { t } = useTranslation("settings_data");
  const refused = of.rows_refused + of.values_refused > 0;
  return (
    <>
      <Kpis>
        <Kpi
          label={t(done ? "found.taken" : "found.wouldBe")}
          value={whole(of.taken)}
          note={t("found.of", { n: whole(of.rows), count: of.rows })}
        />
        {done ? (
          <Kpi
            label={t("found.new")}
            value={whole(of.new)}
            note={of.merged ? t("found.merged", { n: whole(of.merged) }) : ""}
          />
        ) : null}
        <Kpi
          label={t("found.refusedRows")}
          value={whole(of.rows_refused)}
          note={t("found.refusedValues", {
            n: whole(of.values_refused),
            count: of.values_refused,
          })}
        />
      </Kpis>
      {of.unproven ? (
        <Note title={t("found.unproven", { count: of.unproven, n: whole(of.unproven) })}>
          {t("found.unprovenFix")}
        </Note>
      ) : null}
      {refused ? (
        <Card
          flush
          title={t("found.why")}
          about={title}
          actions={
            done ? (
              <Anchor href={`/api/imports/${id}/refused`} download>
                {t("found.download")}
              </Anchor>
            ) : null
          }
        >
          <Table
            label={t("found.why")}
            rows={of.reasons ?? []}
            id={(row) => `${row.column} ${row.reason} ${row.whole}`}
            columns={[
              { key: "column", label: t("imports.column"), show: (row) => row.column || "–" },
              { key: "reason", label: t("found.reason"), show: (row) => row.reason },
              {
                key: "what",
                label: t("found.what"),
                show: (row) => t(row.whole ? "found.row" : "found.value"),
              },
              {
                key: "times",
                label: t("found.times"),
                number: true,
                show: (row) => whole(row.times),
              },
            ]}
          />
        </Card>
      ) : null}
    </>
  );
}
