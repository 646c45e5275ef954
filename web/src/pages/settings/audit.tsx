/** Who changed what, and when: newest first, narrowed down by who, what and whom. */
import { Anchor, Button, type ComboboxParsedItem, Select } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { api, body } from "~/api/client";
import { moment } from "~/app/format";
import { meant } from "~/app/offers";
import { Card } from "~/kit/Card";
import { Empty } from "~/kit/Empty";
import { Fault } from "~/kit/Fault";
import { Loading } from "~/kit/Loading";
import { Search } from "~/kit/Search";
import { Table } from "~/kit/Table";
import { AuditLine } from "./AuditLine";
import { useAudited } from "./audited";
import { SettingsPage } from "./SettingsPage";
import styles from "./settings.module.css";

const FILTERS = ["actor", "action", "subject"] as const;
const ROWS = 50;

export function Component() {
  const { t } = useTranslation(["settings_data", "settings"]);
  const said = useAudited();
  const [params, setParams] = useSearchParams();
  const [actor = "", action = "", subject = ""] = FILTERS.map((one) => params.get(one) ?? "");
  const list = useInfiniteQuery({
    queryKey: ["audit", actor, action, subject],
    queryFn: ({ pageParam }) => {
      const query = { actor, action, subject, limit: ROWS, after: pageParam };
      return body(api.GET("/api/audit", { params: { query } }));
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const changed = (name: string, value: string) => {
    const next = new URLSearchParams(params);
    value ? next.set(name, value) : next.delete(name);
    return next;
  };
  const narrow = (name: string, value: string) =>
    setParams(changed(name, value), { replace: true });
  const line = Number(params.get("line"));
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const clear = FILTERS.some((one) => params.has(one));
  return (
    <SettingsPage part="audit" ready={list.isSuccess}>
      <div className={styles.filters}>
        <Search
          label={t("audit.actor")}
          like={t("audit.actorLike")}
          words={actor}
          onChange={(words) => narrow("actor", words)}
        />
        <Select
          aria-label={t("audit.action")}
          placeholder={t("audit.actionLike")}
          searchable
          clearable
          clearButtonProps={{ "aria-label": t("audit.actionLike") }}
          nothingFoundMessage={t("audit.none")}
          data={said.choices(action)}
          filter={({ options, search }) => options.filter((one) => isMeant(one, search))}
          value={action || null}
          onChange={(one) => narrow("action", one ?? "")}
        />
        <Search
          label={t("audit.subject")}
          like={t("audit.subjectLike")}
          words={subject}
          onChange={(words) => narrow("subject", words)}
        />
        {clear ? (
          <Button variant="subtle" onClick={() => setParams({})}>
            {t("audit.clear")}
          </Button>
        ) : null}
      </div>
      <Card flush>
        {list.error && !list.data ? (
          <Fault fault={list.error} again={list.refetch} />
        ) : list.isPending ? (
          <Loading rows={10} />
        ) : (
          <Table
            label={t("settings:part.audit")}
            rows={rows}
            id={(row) => row.id}
            columns={[
              {
                key: "at",
                label: t("imports.when"),
                show: (row) => <span className={styles.when}>{moment(row.at)}</span>,
              },
              { key: "actor", label: t("audit.actor"), show: (row) => said.actor(row.actor) },
              {
                key: "action",
                label: t("audit.action"),
                show: (row) => (
                  <Anchor component={Link} to={`?${changed("line", String(row.id))}`}>
                    {said.action(row.action)}
                  </Anchor>
                ),
              },
              {
                key: "subject",
                label: t("audit.subject"),
                wide: true,
                show: (row) => said.about(row.subject),
              },
              {
                key: "detail",
                label: t("audit.detail"),
                wide: true,
                show: (row) => <Detail of={row.detail} />,
              },
            ]}
            empty={<Empty title={t("audit.none")}>{t("audit.noneFix")}</Empty>}
            more={{
              has: list.hasNextPage,
              busy: list.isFetchingNextPage,
              load: list.fetchNextPage,
            }}
          />
        )}
      </Card>
      {line ? <AuditLine number={line} onClose={() => setParams(changed("line", ""))} /> : null}
    </SettingsPage>
  );
}

/** An action is found by its words and by its name in the log. */
const isMeant = (one: ComboboxParsedItem, typed: string) =>
  "value" in one && meant(`${one.label} ${one.value}`, typed);

function Detail({ of }: { of: unknown }) {
  if (of === null || of === undefined) {
    return null;
  }
  const pairs =
    typeof of === "object" && !Array.isArray(of)
      ? Object.entries(of).map(([name, value]) => `${name}: ${text(value)}`)
      : [text(of)];
  return <span className={styles.quiet}>{pairs.join(" · ").slice(0, 300)}</span>;
}

const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
