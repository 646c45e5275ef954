/** One file: what its columns become, a trial, the import with its progress, and what came of it. */
import { Button, Group, Progress, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { api, body } from "~/api/client";
import { queries } from "~/app/queries";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Note } from "~/kit/Note";
import { Query } from "~/kit/Query";
import { useChange } from "../changing";
import { SettingsPage } from "../SettingsPage";
import styles from "../settings.module.css";
import { Columns } from "./Columns";
import { Found } from "./Found";
import { ImportState } from "./ImportState";
import type { Import } from "./uploading";

const LOOK_MS = 700;

export function Component() {
  const { id = "" } = useParams();
  const { t } = useTranslation("settings_data");
  const query = useQuery({
    queryKey: ["imports", id],
    queryFn: () => body(api.GET("/api/imports/{id}", { params: { path: { id } } })),
    refetchInterval: ({ state }) =>
      state.data?.state === "running" || state.data?.state === "checking" ? LOOK_MS : false,
  });
  return (
    <SettingsPage
      part="imports"
      title={query.data?.name ?? t("imports.file")}
      about={query.data ? t(`kind.${query.data.kind}`) : " "}
      actions={query.data ? <ImportState of={query.data} /> : null}
      ready={query.isSuccess}
    >
      <Query of={query} rows={10}>
        {(found) => <Shown of={found} />}
      </Query>
    </SettingsPage>
  );
}

function Shown({ of }: { of: Import }) {
  const { t } = useTranslation("settings_data");
  const may = useMay("data");
  const busy = of.state === "running" || of.state === "checking";
  return (
    <>
      {of.fault ? (
        <Note tone="bad" title={t("imports.fault")}>
          {of.fault}
        </Note>
      ) : null}
      {busy ? (
        <Card title={t(`imports.is.${of.state}`)} about={t("imports.busy")}>
          <Progress value={of.share * 100} aria-label={t(`imports.is.${of.state}`)} />
        </Card>
      ) : null}
      {of.result ? <Found of={of.result} id={of.id} title={t("imports.result")} done /> : null}
      {of.tried && !of.result ? (
        <Found of={of.tried} id={of.id} title={t("imports.trial")} />
      ) : null}
      {["ready", "checked", "stopped"].includes(of.state) ? (
        <Mapping key={of.state} of={of} may={may} />
      ) : null}
      {may && !busy ? <Forget of={of} /> : null}
    </>
  );
}

/** What the columns become, and what a file that does not say so means. */
function Mapping({ of, may }: { of: Import; may: boolean }) {
  const { t } = useTranslation("settings_data");
  const [mapping, setMapping] = useState(of.mapping);
  const path = { id: of.id };
  const show = (card: Import) => queries.setQueryData(["imports", of.id], card);
  const say = async () => {
    if (JSON.stringify(mapping) !== JSON.stringify(of.mapping)) {
      await body(api.PUT("/api/imports/{id}/columns", { params: { path }, body: mapping }));
    }
  };
  const check = useChange({
    of: "imports",
    act: async () => {
      await say();
      return body(api.POST("/api/imports/{id}/check", { params: { path } }));
    },
    after: show,
  });
  const run = useChange({
    of: "imports",
    act: async () => {
      await say();
      return body(api.POST("/api/imports/{id}/run", { params: { path } }));
    },
    after: (card) => {
      show(card);
      void queries.invalidateQueries({ queryKey: ["work"] });
    },
  });
  const text = (name: "country" | "consent_source" | "consent_at" | "event" | "currency") => (
    <TextInput
      label={t(`option.${name}.label`)}
      description={t(`option.${name}.help`)}
      value={mapping[name]}
      disabled={!may}
      onChange={(event) => setMapping({ ...mapping, [name]: event.currentTarget.value })}
    />
  );
  const consents = Object.values(mapping.columns).some((one) => one.startsWith("consent."));
  return (
    <Card title={t("imports.columns")} about={t("imports.columnsAbout")}>
      <Columns
        of={of}
        columns={mapping.columns}
        may={may}
        onChange={(columns) => setMapping({ ...mapping, columns })}
      />
      <div className={styles.fields} style={{ marginTop: 16 }}>
        {of.kind === "products" ? text("currency") : text("country")}
        {of.kind === "events" ? text("event") : null}
        {consents ? text("consent_source") : null}
        {consents ? text("consent_at") : null}
      </div>
      {may ? (
        <Group gap={8} mt={20}>
          <Button
            variant={of.state === "ready" ? "filled" : "default"}
            loading={check.isPending}
            onClick={() => check.mutate(null)}
          >
            {t("imports.try")}
          </Button>
          <Button
            variant={of.state === "ready" ? "default" : "filled"}
            loading={run.isPending}
            onClick={() => run.mutate(null)}
          >
            {t(of.state === "stopped" ? "imports.goOn" : "imports.run")}
          </Button>
        </Group>
      ) : null}
    </Card>
  );
}

function Forget({ of }: { of: Import }) {
  const { t } = useTranslation("settings_data");
  const go = useNavigate();
  const forget = useChange({
    of: "imports",
    act: async () => {
      await api.DELETE("/api/imports/{id}", { params: { path: { id: of.id } } });
      await go("/settings/imports");
    },
    said: () => t("imports.forgotten", { name: of.name }),
  });
  return (
    <Group>
      <Button variant="default" loading={forget.isPending} onClick={() => forget.mutate(null)}>
        {t("imports.forget")}
      </Button>
      <span className={styles.quiet}>{t("imports.kept")}</span>
    </Group>
  );
}
