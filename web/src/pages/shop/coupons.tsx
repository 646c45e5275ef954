/** Pools of coupons: what is left, given and redeemed, when they end; codes put in and made. */
import { Button, Progress } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body, type Schemas } from "~/api/client";
import { day, minorMoney, whole } from "~/app/format";
import { useMay } from "~/app/session";
import { Card } from "~/kit/Card";
import { Empty } from "~/kit/Empty";
import { Pill } from "~/kit/Pill";
import { Query } from "~/kit/Query";
import { SMALL } from "~/kit/small";
import { type Column, Table } from "~/kit/Table";
import { AddCodes, NewPool } from "./CouponForms";
import { ShopPage } from "./ShopPage";
import styles from "./shop.module.css";

type Pool = Schemas["PoolShown"];

export const COUPONS = ["shop", "coupons"];
const SOON_DAYS = 14;

export function Component() {
  const { t } = useTranslation("shop");
  const mayMake = useMay("content");
  const [making, setMaking] = useState(false);
  const [filling, setFilling] = useState("");
  const columns = useColumns(setFilling);
  const pools = useQuery({
    queryKey: COUPONS,
    queryFn: () => body(api.GET("/v1/shop/coupons", { params: { query: { limit: 1000 } } })),
  });
  const make = mayMake ? <Button onClick={() => setMaking(true)}>{t("newPool")}</Button> : null;
  const some = !!pools.data?.items.length;
  return (
    <ShopPage part="coupons" ready={!pools.isPending} actions={some ? make : null}>
      <Card flush>
        <Query of={pools}>
          {({ items }) => (
            <Table
              label={t("part.coupons")}
              columns={columns}
              rows={items}
              id={(row) => row.pool}
              empty={
                <Empty title={t("noPools")} action={make}>
                  {t("noPoolsAbout")}
                </Empty>
              }
            />
          )}
        </Query>
      </Card>
      {making ? <NewPool onClose={() => setMaking(false)} /> : null}
      {filling ? <AddCodes pool={filling} onClose={() => setFilling("")} /> : null}
    </ShopPage>
  );
}

function useColumns(fill: (pool: string) => void): Column<Pool>[] {
  const { t } = useTranslation("shop");
  const may = useMay("shop");
  return [
    {
      key: "pool",
      label: t("pool"),
      show: ({ pool, name }) => (
        <span className={styles.two}>
          {name || pool}
          {name ? <span className={styles.quiet}>{pool}</span> : null}
        </span>
      ),
    },
    { key: "left", label: t("left"), show: (row) => <Left pool={row} /> },
    { key: "given", label: t("given"), number: true, show: (row) => whole(row.given), wide: true },
    {
      key: "redeemed",
      label: t("redeemed"),
      number: true,
      show: (row) => whole(row.redeemed),
      wide: true,
    },
    {
      key: "revenue",
      label: t("ordersBrought"),
      number: true,
      show: ({ revenue }) => brought(revenue) || "–",
      wide: true,
    },
    { key: "ends", label: t("ends"), show: ({ ends }) => <Ends day={ends} />, wide: true },
    {
      key: "do",
      label: t("actions"),
      quiet: true,
      show: ({ pool }) =>
        may ? (
          <span className={styles.buttons}>
            <Button {...SMALL} variant="default" onClick={() => fill(pool)}>
              {t("addCodes")}
            </Button>
          </span>
        ) : null,
    },
  ];
}

/** What orders with its codes brought, one sum for each currency. */
function brought(revenue: Pool["revenue"]): string {
  const sums = new Map<string, number>();
  for (const one of revenue) {
    sums.set(one.currency, (sums.get(one.currency) ?? 0) + one.revenue);
  }
  return [...sums].map(([currency, sum]) => minorMoney(sum, currency)).join(", ");
}

function Left({ pool: { free, codes, low } }: { pool: Pool }) {
  const { t } = useTranslation("shop");
  return (
    <span className={styles.left}>
      <span className="number">{t("leftOf", { free: whole(free), codes: whole(codes) })}</span>
      <Progress
        value={codes ? (100 * free) / codes : 0}
        color={low ? "yellow" : "indigo"}
        size="sm"
        aria-label={t("left")}
      />
      {low ? <Pill tone="warn">{t(free ? "runsLow" : "isEmpty")}</Pill> : null}
    </span>
  );
}

function Ends({ day: ends }: { day: string | null }) {
  const { t } = useTranslation("shop");
  if (!ends) {
    return t("never");
  }
  const days = (new Date(`${ends}T23:59`).getTime() - Date.now()) / 86_400_000;
  return (
    <span className={styles.two}>
      {day(`${ends}T12:00`)}
      {days < SOON_DAYS ? (
        <span>
          <Pill tone={days < 0 ? "bad" : "warn"}>{t(days < 0 ? "hasEnded" : "endsSoon")}</Pill>
        </span>
      ) : null}
    </span>
  );
}
