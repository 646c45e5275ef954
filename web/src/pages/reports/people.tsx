/** The people behind a number of a campaign's report. */
import { Anchor } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router";
import { api, body, type Schemas } from "~/api/client";
import { day, whole } from "~/app/format";
import { useMember } from "~/app/session";
import { Card } from "~/kit/Card";
import { Fault } from "~/kit/Fault";
import { Loading } from "~/kit/Loading";
import { Page } from "~/kit/Page";
import { calledShort, type PersonListed } from "~/kit/PersonPicker";
import { type Column, Table } from "~/kit/Table";
import styles from "./reports.module.css";

const ROWS = 50;

export function Component() {
  const { t } = useTranslation("reports");
  const { campaign = "" } = useParams();
  const { shop } = useMember();
  const people = usePeople(campaign);
  const first = people.data?.pages[0];
  const rows = people.data?.pages.flatMap(({ items }) => items) ?? [];
  const columns: Column<PersonListed>[] = [
    {
      key: "name",
      label: t("person"),
      show: (one) => <Link to={`/people/${one.pid}`}>{calledShort(one)}</Link>,
    },
    { key: "email", label: t("email"), wide: true, show: (one) => one.email || "–" },
    { key: "phone", label: t("phone"), wide: true, show: (one) => one.phone || "–" },
    {
      key: "created",
      label: t("since"),
      wide: true,
      show: (one) => day(one.created, shop.time_zone),
    },
  ];
  return (
    <Page
      title={useNumberName()}
      above={
        <Anchor component={Link} to={`/reports/${campaign}`} size="xs">
          {t("backToReport", { name: campaign })}
        </Anchor>
      }
      about={first ? t("behind", { count: first.counted, n: whole(first.counted) }) : null}
      ready={!people.isPending}
    >
      <Card flush>
        {people.error && !people.data ? (
          <Fault fault={people.error} again={people.refetch} />
        ) : people.isPending ? (
          <Loading rows={12} />
        ) : (
          <Table
            label={t("people")}
            columns={columns}
            rows={rows}
            id={(one) => one.pid}
            to={(one) => `/people/${one.pid}`}
            empty={<p className={styles.pad}>{t("nobodyBehind")}</p>}
            more={{
              has: people.hasNextPage,
              busy: people.isFetchingNextPage,
              load: people.fetchNextPage,
              endless: true,
            }}
          />
        )}
      </Card>
    </Page>
  );
}

type Number = Schemas["Number"];

function useNumberName(): string {
  const { t, i18n } = useTranslation("reports");
  const [params] = useSearchParams();
  const reason = (params.get("reason") ?? "").split(":")[0];
  const narrowed = [params.get("variant"), params.get("channel")].filter(Boolean);
  const key = `campaigns:reason.${reason}`;
  const why = reason ? [i18n.exists(key) ? i18n.t(key) : reason] : [];
  const number = params.get("number") ?? "audience";
  const named = i18n.exists(`reports:number.${number}`) ? t(`number.${number}`) : number;
  return [named, ...why, ...narrowed].join(" · ");
}

function usePeople(campaign: string) {
  const [params] = useSearchParams();
  const given = (name: string) => params.get(name) ?? undefined;
  return useInfiniteQuery({
    queryKey: ["reports", "people", campaign, params.toString()],
    queryFn: ({ pageParam, signal }) =>
      body(
        api.GET("/api/campaigns/{name}/people", {
          params: {
            path: { name: campaign },
            query: {
              number: (given("number") ?? "audience") as Number,
              variant: given("variant"),
              held: given("held") as Schemas["Held"] | undefined,
              reason: given("reason"),
              channel: given("channel"),
              limit: ROWS,
              after: pageParam,
            },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: ({ next }) => next ?? undefined,
  });
}
