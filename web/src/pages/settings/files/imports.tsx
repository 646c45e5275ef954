/** Files that bring people, events and products in: a new one, and those of the last week. */
import { Button, FileButton, Progress, Select } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { ago, share, whole } from "~/app/format";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Empty } from "~/kit/Empty";
import { Query } from "~/kit/Query";
import { Refused } from "~/kit/Refused";
import { Table } from "~/kit/Table";
import { useImports } from "../data";
import { SettingsPage } from "../SettingsPage";
import styles from "../settings.module.css";
import { ImportState } from "./ImportState";
import { KINDS, type Kind, upload } from "./uploading";

export function Component() {
  const { t } = useTranslation(["settings_data", "settings"]);
  const may = useMay("data");
  const query = useImports();
  return (
    <SettingsPage part="imports" ready={query.isSuccess}>
      {may ? <Upload /> : null}
      <Card title={t("imports.last")} flush>
        <Query of={query} rows={4}>
          {({ items }) => (
            <Table
              label={t("imports.last")}
              rows={items}
              id={(row) => row.id}
              to={(row) => `/settings/imports/${row.id}`}
              columns={[
                { key: "name", label: t("imports.file"), show: (row) => row.name },
                { key: "kind", label: t("imports.rows"), show: (row) => t(`kind.${row.kind}`) },
                {
                  key: "taken",
                  label: t("imports.taken"),
                  number: true,
                  wide: true,
                  show: (row) => (row.result ? whole(row.result.taken) : "–"),
                },
                {
                  key: "state",
                  label: t("imports.state"),
                  show: (row) => <ImportState of={row} />,
                },
                {
                  key: "at",
                  label: t("imports.when"),
                  wide: true,
                  show: (row) => ago(row.at),
                },
              ]}
              empty={<Empty title={t("imports.none")}>{t("imports.noneFix")}</Empty>}
            />
          )}
        </Query>
      </Card>
    </SettingsPage>
  );
}

/** Choosing a file, which is sent at once and then looked at. */
function Upload() {
  const { t } = useTranslation("settings_data");
  const go = useNavigate();
  const [kind, setKind] = useState<Kind>("people");
  const [sent, setSent] = useState<number | null>(null);
  const [fault, setFault] = useState<unknown>(null);
  const take = async (file: File | null) => {
    if (!file) {
      return;
    }
    setFault(null);
    setSent(0);
    try {
      const made = await upload(kind, file, setSent);
      await go(`/settings/imports/${made.id}`);
    } catch (refused) {
      setFault(refused);
    } finally {
      setSent(null);
    }
  };
  return (
    <Card title={t("imports.new")} about={t("imports.newAbout")}>
      <div className={styles.bar}>
        <Select
          aria-label={t("imports.rows")}
          data={KINDS.map((one) => ({ value: one, label: t(`kind.${one}`) }))}
          value={kind}
          allowDeselect={false}
          w={180}
          onChange={(next) => setKind(KINDS.find((one) => one === next) ?? "people")}
        />
        <FileButton onChange={take} accept=".csv,.tsv,.txt,.jsonl,.ndjson,.parquet">
          {(props) => (
            <Button {...props} loading={sent !== null} leftSection={<IconUpload size={16} />}>
              {t("imports.choose")}
            </Button>
          )}
        </FileButton>
        {sent === null ? null : (
          <div className={styles.grow} role="status">
            <Progress value={sent * 100} aria-label={t("imports.sending")} />
            <span className={styles.quiet}>
              {t("imports.sending")} {share(sent, 0)}
            </span>
          </div>
        )}
        <Refused of={fault} className={styles.whole} />
      </div>
    </Card>
  );
}
