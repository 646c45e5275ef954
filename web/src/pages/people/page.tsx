/** Everybody the shop knows: searched, narrowed down, in the columns and order that one likes. */
import { Button, Group } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { api, body } from "~/api/client";
import { whole } from "~/app/format";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Empty } from "~/kit/Empty";
import { Fault } from "~/kit/Fault";
import { Loading } from "~/kit/Loading";
import { Page } from "~/kit/Page";
import { Search } from "~/kit/Search";
import { Table } from "~/kit/Table";
import { ChooseColumns, useColumns, useKeptColumns } from "./columns";
import { FilterBar } from "./FilterBar";
import {
  type Asked,
  isNarrow,
  moments,
  readAsked,
  readOrder,
  writeAsked,
  writeOrder,
} from "./search";

const ROWS = 50;

export function Component() {
  const { t } = useTranslation("people");
  const [params, setParams] = useSearchParams();
  const asked = readAsked(params);
  const { keys, keep, traits } = useKeptColumns();
  const columns = useColumns(keys);
  const list = usePeople(asked, traits);
  const change = (some: Partial<Asked>) => {
    setParams(writeAsked({ ...asked, ...some }), { replace: true });
  };
  const clear = () => {
    setParams(writeAsked({ ...readAsked(new URLSearchParams()), order: asked.order }));
  };
  const total = list.data?.pages[0]?.total ?? 0;
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const refused = list.isError && !list.data;
  const nobodyYet = list.isSuccess && total === 0 && !isNarrow(asked);
  return (
    <Page
      title={t("title")}
      about={
        list.data ? t("total", { count: total, n: whole(total) }) : refused ? null : t("counting")
      }
      ready={!list.isPending}
      wide
      actions={
        <>
          {nobodyYet || refused ? null : <ChooseColumns keys={keys} onChange={keep} />}
          <ImportButton primary={false} />
        </>
      }
    >
      {nobodyYet || refused ? null : (
        <Group gap={12} align="center">
          <Search
            label={t("search")}
            words={asked.words}
            onChange={(words) => change({ words })}
          />
          <FilterBar asked={asked} onChange={change} onClear={clear} />
        </Group>
      )}
      <Card flush>
        {refused ? (
          <Fault fault={list.error} again={list.refetch} />
        ) : list.isPending ? (
          <Loading rows={12} />
        ) : (
          <Table
            label={t("title")}
            columns={columns}
            rows={rows}
            id={(row) => row.pid}
            to={(row) => `/people/${row.pid}`}
            order={readOrder(asked.order)}
            onOrder={(order) => change({ order: writeOrder(order) })}
            empty={nobodyYet ? <NobodyYet /> : <NobodyFits onClear={clear} />}
            more={{
              has: list.hasNextPage,
              busy: list.isFetchingNextPage,
              load: list.fetchNextPage,
              endless: true,
            }}
          />
        )}
      </Card>
    </Page>
  );
}

function usePeople(asked: Asked, traits: string[]) {
  return useInfiniteQuery({
    queryKey: ["people", "list", asked, traits],
    queryFn: ({ pageParam, signal }) =>
      body(
        api.POST("/api/people/list", {
          params: { query: { limit: ROWS, after: pageParam } },
          body: {
            words: asked.words,
            where: asked.where.map((one) => ({ ...one })),
            order: asked.order,
            columns: traits,
            ...moments(asked),
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

function ImportButton({ primary }: { primary: boolean }) {
  const { t } = useTranslation("people");
  return useMay("data") ? (
    <Button
      component={Link}
      to="/settings/imports"
      variant={primary ? "filled" : "default"}
      leftSection={<IconUpload size={16} aria-hidden />}
    >
      {t("import")}
    </Button>
  ) : null;
}

function NobodyYet() {
  const { t } = useTranslation("people");
  return (
    <Empty title={t("nobodyYet")} action={<ImportButton primary />}>
      {t("nobodyYetFix")}
    </Empty>
  );
}

function NobodyFits({ onClear }: { onClear: () => void }) {
  const { t } = useTranslation("people");
  return (
    <Empty title={t("nobodyFits")} action={<Button onClick={onClear}>{t("filter.clear")}</Button>}>
      {t("nobodyFitsFix")}
    </Empty>
  );
}
