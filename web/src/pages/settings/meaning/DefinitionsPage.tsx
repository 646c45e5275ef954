/** The definitions of a kind: a table, and the dialogue in which one is made or changed. */
import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { type ComponentType, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAsked } from "~/app/asked";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Empty } from "~/kit/Empty";
import { Query } from "~/kit/Query";
import { SMALL } from "~/kit/small";
import { type Column, Table } from "~/kit/Table";
import { useDefinitions } from "../data";
import { SettingsPage } from "../SettingsPage";
import type { Defined } from "./defining";

interface DefinitionsPageProps {
  kind: "goal" | "topic";
  columns: readonly Column<Defined>[];
  form: ComponentType<{ of: Defined | null; onClose: () => void }>;
}

export function DefinitionsPage({ kind, columns, form: Form }: DefinitionsPageProps) {
  const { t } = useTranslation(["settings_data", "settings"]);
  const may = useMay("content");
  const query = useDefinitions(kind);
  const [making, { open, close }] = useAsked();
  const [chosen, choose] = useState<Defined | null>(null);
  const part = `${kind}s`;
  const make = may ? (
    <Button leftSection={<IconPlus size={16} />} onClick={open}>
      {t(`${part}.make`)}
    </Button>
  ) : null;
  const change: Column<Defined> = {
    key: "change",
    label: t("settings:actions"),
    width: 110,
    show: (row) =>
      may ? (
        <Button {...SMALL} variant="default" onClick={() => choose(row)}>
          {t("settings:change")}
        </Button>
      ) : null,
  };
  return (
    <SettingsPage part={part} actions={make} ready={query.isSuccess}>
      <Card flush>
        <Query of={query} rows={4}>
          {({ items }) => (
            <Table
              label={t(`settings:part.${part}`)}
              rows={items}
              id={(row) => row.id}
              columns={[...columns, change]}
              empty={
                <Empty title={t(`${part}.none`)} action={make}>
                  {t(`${part}.noneFix`)}
                </Empty>
              }
            />
          )}
        </Query>
      </Card>
      {chosen || (making && may) ? (
        <Form
          key={chosen?.id ?? ""}
          of={chosen}
          onClose={() => {
            choose(null);
            close();
          }}
        />
      ) : null}
    </SettingsPage>
  );
}
