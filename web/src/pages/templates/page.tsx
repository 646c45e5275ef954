/** The templates there are: their languages and channels, the campaigns that send them. */
import { ActionIcon, Button, TextInput } from "@mantine/core";
import { IconPlus, IconSearch, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { api, body, type Schemas } from "~/api/client";
import { ago } from "~/app/format";
import { queries } from "~/app/queries";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { ChannelIcon, useChannelName } from "~/kit/channels";
import { Empty } from "~/kit/Empty";
import { done } from "~/kit/notices";
import { Page } from "~/kit/Page";
import { Query } from "~/kit/Query";
import { useSayFault } from "~/kit/Refused";
import { type Column, Table } from "~/kit/Table";
import styles from "./list.module.css";
import { channelsOf, languagesOf, type Template } from "./template";

interface Row {
  id: string;
  name: string;
  template: Template;
  version: number;
  created: string;
}

const rowOf = ({ id, body: kept, version, created }: Schemas["DefinitionShown"]): Row => {
  const template = kept as Template;
  return { id, name: template.name || id, template, version, created };
};

export function Component() {
  const { t } = useTranslation("templates");
  const mayWrite = useMay("content");
  const [params, setParams] = useSearchParams();
  const words = params.get("words") ?? "";
  const found = useQuery({
    queryKey: ["definitions", "template"],
    queryFn: () =>
      body(api.GET("/api/definitions", { params: { query: { kind: "template", limit: 500 } } })),
  });
  const make = mayWrite ? (
    <Button component={Link} to="/templates/new" leftSection={<IconPlus size={16} />}>
      {t("make")}
    </Button>
  ) : null;
  return (
    <Page title={t("title")} about={t("about")} ready={!found.isPending} actions={make}>
      <Query of={found}>
        {({ items }) =>
          items.length ? (
            <>
              <TextInput
                className={styles.find}
                aria-label={t("find")}
                placeholder={t("find")}
                leftSection={<IconSearch size={16} aria-hidden />}
                value={words}
                onChange={(event) => {
                  const next = event.currentTarget.value;
                  setParams(next ? { words: next } : {}, { replace: true });
                }}
              />
              <List
                rows={items.map(rowOf).filter((row) => holds(row, words))}
                mayWrite={mayWrite}
              />
            </>
          ) : (
            <Empty title={t("empty")} action={make}>
              {t("emptyFix")}
            </Empty>
          )
        }
      </Query>
    </Page>
  );
}

/** Whether the words stand in its name or in any of its texts. */
function holds({ id, name, template }: Row, words: string): boolean {
  const wanted = words.trim().toLowerCase();
  const texts = template.variants.flatMap(({ subject, text }) => [subject ?? "", text ?? ""]);
  return [id, name, ...texts].some((one) => one.toLowerCase().includes(wanted));
}

function List({ rows, mayWrite }: { rows: Row[]; mayWrite: boolean }) {
  const { t } = useTranslation("templates");
  const called = useChannelName();
  const columns: Column<Row>[] = [
    {
      key: "name",
      label: t("column.name"),
      show: ({ id, name, template }) => (
        <div className={styles.named}>
          <Link to={`/templates/${id}`}>{name}</Link>
          <span>{firstWords(template)}</span>
        </div>
      ),
    },
    {
      key: "languages",
      label: t("column.languages"),
      wide: true,
      show: ({ template }) => languagesOf(template).map((one) => one.toUpperCase()).join(", "),
    },
    {
      key: "channels",
      label: t("column.channels"),
      wide: true,
      show: ({ template }) => (
        <span className={styles.channels}>
          {channelsOf(template).map((one) => (
            <span key={one}>
              {one ? <ChannelIcon name={one} /> : null}
              {one ? called(one) : t("variants.every")}
            </span>
          ))}
        </span>
      ),
    },
    { key: "changed", label: t("column.changed"), wide: true, show: ({ created }) => ago(created) },
    ...(mayWrite
      ? [{ key: "act", label: t("column.act"), quiet: true, width: 44, show: (row: Row) => <Remove row={row} /> }]
      : []),
  ]; // biome-ignore format: a column each
  return (
    <Card flush>
      <Table
        label={t("title")}
        columns={columns}
        rows={rows}
        id={({ id }) => id}
        to={({ id }) => `/templates/${id}`}
        empty={<Empty title={t("nothing")} />}
      />
    </Card>
  );
}

/** The subject, or how the first text begins, without what stands for values. */
function firstWords(template: Template): string {
  const one = template.variants[0];
  const text = one?.subject || one?.text || "";
  return text
    .replace(/\{%.*?%\}/gs, " ")
    .replace(/\{\{.*?\}\}/gs, "…")
    .trim()
    .slice(0, 110);
}

function Remove({ row }: { row: Row }) {
  const { t } = useTranslation("templates");
  const onError = useSayFault();
  const path = { kind: "template" as const, name: row.id };
  const changed = () => queries.invalidateQueries({ queryKey: ["definitions"] });
  const back = useMutation({
    mutationFn: () =>
      api.PUT("/api/definitions/{kind}/{name}", {
        params: { path },
        body: { definition: row.template, base: null },
      }),
    onSuccess: changed,
  });
  const remove = useMutation({
    mutationFn: () =>
      api.DELETE("/api/definitions/{kind}/{name}", {
        params: { path, query: { base: row.version } },
      }),
    onSuccess: async () => {
      await changed();
      done(t("removed", { name: row.name }), { label: t("undo"), act: () => back.mutate() });
    },
    onError,
  });
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      loading={remove.isPending}
      aria-label={t("removeOne", { name: row.name })}
      onClick={() => remove.mutate()}
    >
      <IconTrash size={16} />
    </ActionIcon>
  );
}
