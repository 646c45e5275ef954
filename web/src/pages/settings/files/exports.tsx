/** Everything that is kept here, as files of one's own. */
import { Anchor, Button, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { ago, whole } from "~/app/format";
import { queries } from "~/app/queries";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Empty } from "~/kit/Empty";
import { Pill } from "~/kit/Pill";
import { Query } from "~/kit/Query";
import { SMALL } from "~/kit/small";
import { Table } from "~/kit/Table";
import { useChange } from "../changing";
import { SettingsPage } from "../SettingsPage";
import styles from "../settings.module.css";

type Export = Schemas["ExportShown"];
const FORMS: readonly Export["form"][] = ["csv", "jsonl", "parquet"];
const WHAT = [
  "people",
  "traits",
  "identities",
  "consents",
  "suppressions",
  "events",
  "messages",
  "deliveries",
  "decisions",
  "conversations",
  "turns",
  "products",
  "definitions",
  "audit",
] as const;
const LOOK_MS = 800;

export function Component() {
  const { t } = useTranslation("settings_data");
  const may = useMay("data");
  const query = useQuery({
    queryKey: ["exports"],
    enabled: may,
    queryFn: () => body(api.GET("/api/exports", { params: { query: { limit: 100 } } })),
    refetchInterval: ({ state }) =>
      state.data?.items.some((one) => one.state === "making") ? LOOK_MS : false,
  });
  return (
    <SettingsPage part="exports" ready={query.isSuccess}>
      <Make />
      <Card flush title={t("exports.last")} about={t("exports.lastAbout")}>
        <Query of={query} rows={3}>
          {({ items }) => (
            <Table
              label={t("exports.last")}
              rows={items}
              id={(row) => row.id}
              columns={[
                { key: "what", label: t("exports.what"), show: (row) => <File of={row} /> },
                {
                  key: "rows",
                  label: t("exports.rows"),
                  number: true,
                  show: (row) => whole(row.rows),
                },
                { key: "at", label: t("imports.when"), wide: true, show: (row) => ago(row.at) },
                {
                  key: "end",
                  label: t("exports.do"),
                  width: 110,
                  show: (row) => <Forget of={row} />,
                },
              ]}
              empty={<Empty title={t("exports.none")}>{t("exports.noneFix")}</Empty>}
            />
          )}
        </Query>
      </Card>
    </SettingsPage>
  );
}

function File({ of }: { of: Export }) {
  const { t } = useTranslation("settings_data");
  switch (of.state) {
    case "done":
      return (
        <Anchor href={`/api/exports/${of.id}/file`} download={of.name}>
          {t(`what.${of.what}`)} · {of.name}
        </Anchor>
      );
    case "making":
      return (
        <>
          {t(`what.${of.what}`)} <Pill tone="accent">{t("exports.making")}</Pill>
        </>
      );
    case "stopped":
      return (
        <>
          {t(`what.${of.what}`)} <Pill tone="bad">{t("exports.stopped")}</Pill> {of.fault}
        </>
      );
  }
}

function Forget({ of }: { of: Export }) {
  const { t } = useTranslation("settings_data");
  const forget = useChange({
    of: "exports",
    act: () => api.DELETE("/api/exports/{id}", { params: { path: { id: of.id } } }),
  });
  return of.state === "making" ? null : (
    <Button {...SMALL} variant="default" onClick={() => forget.mutate(null)}>
      {t("exports.forget")}
    </Button>
  );
}

function Make() {
  const { t } = useTranslation("settings_data");
  const [what, setWhat] = useState<string>(WHAT[0]);
  const [form, setForm] = useState<Export["form"]>("csv");
  const make = useChange({
    of: "exports",
    act: () => body(api.POST("/api/exports", { body: { what, form } })),
    after: () => void queries.invalidateQueries({ queryKey: ["work"] }),
  });
  return (
    <Card title={t("exports.make")} about={t(`whatAbout.${what}`)}>
      <div className={styles.bar}>
        <Select
          aria-label={t("exports.what")}
          data={WHAT.map((one) => ({ value: one, label: t(`what.${one}`) }))}
          value={what}
          allowDeselect={false}
          w={260}
          onChange={(next) => setWhat(next ?? WHAT[0])}
        />
        <Select
          aria-label={t("exports.form")}
          data={FORMS.map((one) => ({ value: one, label: t(`form.${one}`) }))}
          value={form}
          allowDeselect={false}
          w={200}
          onChange={(next) => setForm(FORMS.find((one) => one === next) ?? "csv")}
        />
        <Button loading={make.isPending} onClick={() => make.mutate(null)}>
          {t("exports.makeIt")}
        </Button>
      </div>
    </Card>
  );
}
