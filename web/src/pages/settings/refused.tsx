/** Events that could not be understood: why, as they came, and sent their way again. */
import { Button, Collapse, Group, Select } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api, body, type Schemas } from "~/api/client";
import { moment, whole } from "~/app/format";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Empty } from "~/kit/Empty";
import { Fault } from "~/kit/Fault";
import { Loading } from "~/kit/Loading";
import { Pill } from "~/kit/Pill";
import { SMALL } from "~/kit/small";
import { More } from "~/kit/Table";
import { useChange } from "./changing";
import { useRefusedCounts } from "./data";
import { SettingsPage } from "./SettingsPage";
import styles from "./settings.module.css";

type Refused = Schemas["RefusedEvent"];

export function Component() {
  const { t } = useTranslation("settings_data");
  const [params, setParams] = useSearchParams();
  const every = params.get("every") === "1";
  const may = useMay("data");
  const counts = useRefusedCounts().data ?? {};
  const list = useInfiniteQuery({
    queryKey: ["refused", "list", every],
    queryFn: ({ pageParam }) => {
      const query = { every, limit: 50, after: pageParam };
      return body(api.GET("/api/events/refused", { params: { query } }));
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const replay = useChange({
    of: "refused",
    act: (numbers: number[]) => body(api.POST("/api/events/replay", { body: { numbers } })),
    said: (_, { events }) => t("refused.replayed", { count: events, n: whole(events) }),
  });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const waiting = rows.some((one) => !one.replayed);
  return (
    <SettingsPage
      part="refused"
      ready={list.isSuccess}
      actions={
        may && waiting ? (
          <Button loading={replay.isPending} onClick={() => replay.mutate([])}>
            {t("refused.replayAll")}
          </Button>
        ) : null
      }
    >
      <Group gap={8}>
        <Select
          aria-label={t("refused.which")}
          data={[
            { value: "0", label: t("refused.waiting") },
            { value: "1", label: t("refused.every") },
          ]}
          value={every ? "1" : "0"}
          allowDeselect={false}
          w={200}
          onChange={(next) => setParams(next === "1" ? { every: "1" } : {})}
        />
        {Object.entries(counts).map(([code, n]) => (
          <Pill key={code} tone="warn">
            {code}: {whole(n)}
          </Pill>
        ))}
      </Group>
      <Card>
        {list.error && !list.data ? (
          <Fault fault={list.error} again={list.refetch} />
        ) : list.isPending ? (
          <Loading rows={6} />
        ) : rows.length === 0 ? (
          <Empty title={t("refused.none")}>{t("refused.noneFix")}</Empty>
        ) : (
          <ul className={styles.lines}>
            {rows.map((one) => (
              <Line
                key={one.id}
                of={one}
                replay={may && !one.replayed ? () => replay.mutate([one.id]) : null}
              />
            ))}
          </ul>
        )}
        {list.hasNextPage ? (
          <More busy={list.isFetchingNextPage} load={list.fetchNextPage} />
        ) : null}
      </Card>
    </SettingsPage>
  );
}

function Line({ of, replay }: { of: Refused; replay: (() => void) | null }) {
  const { t } = useTranslation("settings_data");
  const [open, setOpen] = useState(false);
  return (
    <li className={styles.line}>
      <span className={styles.grow}>
        <b>{of.reason}</b>
        <span className={styles.quiet}>
          {" "}
          {[of.call, of.place, moment(of.at)].filter(Boolean).join(" · ")}
        </span>
      </span>
      {of.replayed ? <Pill>{t("refused.was")}</Pill> : null}
      <Button {...SMALL} variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t(open ? "refused.hide" : "refused.show")}
      </Button>
      {replay ? (
        <Button {...SMALL} variant="default" onClick={replay}>
          {t("refused.replay")}
        </Button>
      ) : null}
      <div style={{ flexBasis: "100%" }}>
        <Collapse expanded={open}>
          <pre className={styles.raw}>{of.body}</pre>
        </Collapse>
      </div>
    </li>
  );
}
