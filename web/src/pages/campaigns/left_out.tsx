/** The people behind a number of a dry run. */
import { Anchor } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router";
import { api, body, type Schemas } from "~/api/client";
import { whole } from "~/app/format";
import { Card } from "~/kit/Card";
import { Fault } from "~/kit/Fault";
import { Loading } from "~/kit/Loading";
import { Page } from "~/kit/Page";
import { calledShort } from "~/kit/PersonPicker";
import { type Column, Table } from "~/kit/Table";
import { useReason } from "./reasons";

type Person = Schemas["PersonListed"];
type Outcome = Schemas["Outcome"];
const OUTCOMES: readonly Outcome[] = ["send", "ghost", "wait", "never"];
const ROWS = 50;

export function Component() {
  const { t } = useTranslation("campaigns");
  const { name = "" } = useParams();
  const [params] = useSearchParams();
  const reason = params.get("reason") ?? "";
  const outcome = OUTCOMES.find((one) => one === params.get("outcome")) ?? "never";
  const [code = "", ...detail] = reason.split(":");
  const said = useReason()({ reason: code, detail: detail.join(":"), says: reason });
  const list = useInfiniteQuery({
    queryKey: ["campaigns", "dry-run", name, "people", outcome, reason],
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/api/campaigns/{name}/dry-run/people", {
          params: { path: { name }, query: { outcome, reason, limit: ROWS, after: pageParam } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
    enabled: reason !== "",
  });
  const people = list.data?.pages.flatMap((page) => page.items) ?? [];
  const total = list.data?.pages[0]?.total ?? 0;
  const columns: Column<Person>[] = [
    {
      key: "name",
      label: t("column.person"),
      show: (one) => <Link to={`/people/${one.pid}`}>{calledShort(one)}</Link>,
    },
    { key: "email", label: t("column.email"), wide: true, show: (one) => one.email || "–" },
    { key: "phone", label: t("column.phone"), wide: true, show: (one) => one.phone || "–" },
  ];
  return (
    <Page
      title={said}
      above={
        <Anchor component={Link} to={`/campaigns/${name}/edit?step=review`} size="xs">
          {t("step.review")}
        </Anchor>
      }
      about={list.data ? t("dry.counted", { count: total, n: whole(total) }) : null}
      ready={!list.isPending}
    >
      <Card flush>
        {list.isPending ? <Loading rows={10} /> : null}
        {list.isError ? <Fault fault={list.error} again={list.refetch} /> : null}
        {list.data ? (
          <Table
            label={said}
            columns={columns}
            rows={people}
            id={(one) => one.pid}
            to={(one) => `/people/${one.pid}`}
            more={{
              has: list.hasNextPage,
              busy: list.isFetchingNextPage,
              load: list.fetchNextPage,
              endless: true,
            }}
          />
        ) : null}
      </Card>
    </Page>
  );
}
