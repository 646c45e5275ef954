/** The catalogue: found by words and category, with price, stock and picture. */
import { Button, Select } from "@mantine/core";
import { IconPhoto } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { api, body, type Schemas } from "~/api/client";
import { minorMoney, whole } from "~/app/format";
import { useMember } from "~/app/session";
import { Card } from "~/kit/Card";
import { Empty } from "~/kit/Empty";
import { Fault } from "~/kit/Fault";
import { Loading } from "~/kit/Loading";
import { Pill } from "~/kit/Pill";
import { Search } from "~/kit/Search";
import { type Column, Table } from "~/kit/Table";
import { ShopPage } from "./ShopPage";
import styles from "./shop.module.css";

type Product = Schemas["ProductShown"];

const ROWS = 50;

interface Asked {
  words: string;
  category: string;
  gone: boolean;
}

function useProducts({ words, category, gone }: Asked) {
  return useInfiniteQuery({
    queryKey: ["shop", "products", words, category, gone],
    queryFn: ({ pageParam, signal }) =>
      body(
        api.GET("/api/products", {
          params: { query: { limit: ROWS, after: pageParam, words, category, gone } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

export function Component() {
  const { t } = useTranslation("shop");
  const [params, setParams] = useSearchParams();
  const asked = {
    words: params.get("q") ?? "",
    category: params.get("category") ?? "",
    gone: params.get("gone") === "1",
  };
  const list = useProducts(asked);
  const columns = useColumns();
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const change = (name: string, value: string) => {
    const next = new URLSearchParams(params);
    value ? next.set(name, value) : next.delete(name);
    setParams(next, { replace: true });
  };
  const narrow = !!(asked.words || asked.category || asked.gone);
  return (
    <ShopPage part="products" ready={!list.isPending}>
      <Filters asked={asked} change={change} />
      <Card flush>
        {list.error && !list.data ? (
          <Fault fault={list.error} again={list.refetch} />
        ) : list.isPending ? (
          <Loading rows={12} />
        ) : (
          <Table
            label={t("part.products")}
            columns={columns}
            rows={rows}
            id={(row) => row.id}
            empty={narrow ? <NoneFits onClear={() => setParams({})} /> : <NoneYet />}
            more={{
              has: list.hasNextPage,
              busy: list.isFetchingNextPage,
              load: list.fetchNextPage,
              endless: true,
            }}
          />
        )}
      </Card>
    </ShopPage>
  );
}

interface FiltersProps {
  asked: Asked;
  change: (name: string, value: string) => void;
}

function Filters({ asked, change }: FiltersProps) {
  const { t } = useTranslation("shop");
  const categories = useQuery({
    queryKey: ["shop", "categories"],
    queryFn: () => body(api.GET("/api/products/categories")),
  });
  const known = Object.entries(categories.data ?? {});
  return (
    <div className={styles.filters}>
      <Search
        label={t("findProduct")}
        words={asked.words}
        onChange={(words) => change("q", words)}
      />
      <Select
        aria-label={t("category")}
        placeholder={t("categories")}
        searchable
        clearable
        clearButtonProps={{ "aria-label": t("categories") }}
        nothingFoundMessage={t("nothing")}
        data={known.map(([name, count]) => ({ value: name, label: `${name} · ${whole(count)}` }))}
        value={asked.category || null}
        onChange={(category) => change("category", category ?? "")}
      />
      <Select
        aria-label={t("inFeed")}
        allowDeselect={false}
        data={[
          { value: "", label: t("inFeed") },
          { value: "1", label: t("gone") },
        ]}
        value={asked.gone ? "1" : ""}
        onChange={(gone) => change("gone", gone ?? "")}
      />
    </div>
  );
}

function useColumns(): Column<Product>[] {
  const { t } = useTranslation("shop");
  const { shop } = useMember();
  const price = (minor: number, currency: string) => minorMoney(minor, currency || shop.currency);
  return [
    { key: "title", label: t("product"), show: (row) => <Named product={row} /> },
    { key: "category", label: t("category"), show: (row) => row.category || "–", wide: true },
    {
      key: "price",
      label: t("price"),
      number: true,
      show: (row) => (
        <span className={styles.price}>
          {row.old_price ? <s>{price(row.old_price, row.currency)}</s> : null}
          {row.price === null ? "–" : price(row.price, row.currency)}
        </span>
      ),
    },
    {
      key: "stock",
      label: t("stock"),
      number: true,
      show: ({ gone, stock }) => {
        if (gone) {
          return <Pill tone="calm">{t("isGone")}</Pill>;
        }
        if (stock === 0) {
          return <Pill tone="warn">{t("soldOut")}</Pill>;
        }
        return stock === null ? t("inStock") : whole(stock);
      },
    },
  ];
}

function Named({ product }: { product: Product }) {
  const { title, id, url, picture } = product;
  return (
    <span className={styles.product}>
      <Picture url={picture} />
      <span className={styles.two}>
        {/^https?:\/\//.test(url) ? (
          <a href={url} target="_blank" rel="noreferrer">
            {title || id}
          </a>
        ) : (
          title || id
        )}
        <span className={styles.quiet}>{id}</span>
      </span>
    </span>
  );
}

/** The shop's own picture; where there is none, or it does not come, the sign of one. */
function Picture({ url }: { url: string }) {
  const [failed, setFailed] = useState(false);
  return (
    <span className={styles.picture}>
      {url.startsWith("https://") && !failed ? (
        <img
          src={url}
          alt=""
          width={32}
          height={32}
          loading="lazy"
          referrerPolicy="no-referrer"
          onError={() => setFailed(true)}
        />
      ) : (
        <IconPhoto size={16} aria-hidden />
      )}
    </span>
  );
}

function NoneYet() {
  const { t } = useTranslation("shop");
  return (
    <Empty
      title={t("noProducts")}
      action={
        <Button component={Link} to="/shop/feeds">
          {t("toFeeds")}
        </Button>
      }
    >
      {t("noProductsAbout")}
    </Empty>
  );
}

function NoneFits({ onClear }: { onClear: () => void }) {
  const { t } = useTranslation("shop");
  return (
    <Empty title={t("noneFits")} action={<Button onClick={onClear}>{t("showAll")}</Button>}>
      {t("noneFitsAbout")}
    </Empty>
  );
}
