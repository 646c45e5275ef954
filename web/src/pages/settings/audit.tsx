/** Who changed what, and when: newest first, narrowed down by who, what and whom. */
import { Anchor, Button, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { api, body } from "~/api/client";
import { moment } from "~/app/format";
import { Card } from "~/kit/Card";
import { Empty } from "~/kit/Empty";
import { Fault } from "~/kit/Fault";
import { Loading } from "~/kit/Loading";
import { Table } from "~/kit/Table";
import { AuditLine } from "./AuditLine";
import { SettingsPage } from "./SettingsPage";
import styles from "./settings.module.css";

const FILTERS = ["actor", "action", "subject"] as const;
const ROWS = 50;
const STILL_MS = 350;

export function Component() {
  const { t } = useTranslation(["settings_data", "settings"]);
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
  const narrow = useDebouncedCallback(
    (name: string, value: string) => setParams(changed(name, value), { replace: true }),
    STILL_MS,
  );
  const line = Number(params.get("line"));
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const clear = FILTERS.some((one) => params.has(one));
  return (
    <SettingsPage part="audit" ready={list.isSuccess}>
      <div className={styles.bar} key={String(clear)}>
        {FILTERS.map((one) => (
          <TextInput
            key={one}
            aria-label={t(`audit.${one}`)}
            placeholder={t(`audit.${one}Like`)}
            defaultValue={params.get(one) ?? ""}
            onChange={(event) => narrow(one, event.currentTarget.value.trim())}
          />
        ))}
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
              { key: "actor", label: t("audit.actor"), show: (row) => row.actor },
              {
                key: "action",
                label: t("audit.action"),
                show: (row) => (
                  <Anchor component={Link} to={`?${changed("line", String(row.id))}`}>
                    {row.action}
                  </Anchor>
                ),
              },
              {
                key: "subject",
                label: t("audit.subject"),
                wide: true,
                show: (row) => row.subject,
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
